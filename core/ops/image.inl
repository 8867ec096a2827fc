/* Image preprocessing: mx.nd.image. */
/* clang-format off */

#define FACTORS PARAMS(NEEDED_REAL("min_factor"), NEEDED_REAL("max_factor"))

COMPOSED(_image_to_tensor, "", "data", 1, 1, NO_PARAMS, to_tensor_compose,
   "An image (height, width, channels) of 0 ... 255 as float32 (channels, height, width) of 0 ... 1; batches have an axis more."
   SHAPES("data (h, w, c) -> (c, h, w); (n, h, w, c) -> (n, c, h, w)") ERRORS("ShapeError unless data has 3 or 4 axes"))
COMPOSED(_image_normalize, "", "data", 1, 1, PARAMS(REALS("mean"), REALS("std")), image_normalize_compose,
   "(data - mean) / std with a number for each channel of (channels, height, width), or one for all."
   SHAPES("data (c, h, w) or (n, c, h, w) -> the same")
   ERRORS("ShapeError unless data has 3 or 4 axes and 1 or 3 channels; ArgumentError unless there are 1 or c numbers") SAYS("mean", "None: 0")
   SAYS("std", "None: 1"))
COMPOSED(_image_crop, "", "data", 1, 1, PARAMS(NEEDED_INT("x"), NEEDED_INT("y"), NEEDED_INT("width"), NEEDED_INT("height")),
   image_crop_compose,
   "The part of an image whose upper left corner is at (x, y)."
   SHAPES("data (h, w, c) or (n, h, w, c) -> (height, width, c) or (n, height, width, c)")
   ERRORS("ShapeError unless data has 3 or 4 axes; ArgumentError for a part that does not lie in data") SAYS("x", "the left column")
   SAYS("y", "the upper row") SAYS("width", "columns") SAYS("height", "rows"))
COMPOSED(_image_resize, "", "data", 1, 1, PARAMS(AXES("size"), FLAG("keep_ratio", 0), INT("interp", 1)), image_resize_compose,
   "An image of another width and height, nearest (interp 0) or bilinear (1)."
   SHAPES("data (h, w, c) or (n, h, w, c) -> (size[1], size[0], c), or with the n")
   ERRORS("ShapeError unless data has 3 or 4 axes, and elements; ArgumentError for another size or interp")
   SAYS("size", "(width, height), or one number for both") SAYS("keep_ratio", "one number is for the shorter side") SAYS("interp", "0 or 1"))
COMPOSED(_image_flip_left_right, "", "data", 1, 1, NO_PARAMS, flip_left_right_compose,
   "An image mirrored: the first column last." SHAPES("data (h, w, c) -> the same") ERRORS("ShapeError unless data has 3 axes"))
COMPOSED(_image_flip_top_bottom, "", "data", 1, 1, NO_PARAMS, flip_top_bottom_compose,
   "An image upside down: the first row last." SHAPES("data (h, w, c) -> the same") ERRORS("ShapeError unless data has 3 axes"))
COMPOSED(_image_random_flip_left_right, "", "data", 1, 1, NO_PARAMS, random_flip_left_right_compose,
   "As _image_flip_left_right with probability 1/2, else a copy." SHAPES("data (h, w, c) -> the same") ERRORS("ShapeError unless data has 3 axes"))
COMPOSED(_image_random_flip_top_bottom, "", "data", 1, 1, NO_PARAMS, random_flip_top_bottom_compose,
   "As _image_flip_top_bottom with probability 1/2, else a copy." SHAPES("data (h, w, c) -> the same") ERRORS("ShapeError unless data has 3 axes"))
COMPOSED(_image_random_brightness, "", "data", 1, 1, FACTORS, random_brightness_compose,
   "The image times a factor drawn from [min_factor, max_factor)." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for negative or infinite factors"))
COMPOSED(_image_random_contrast, "", "data", 1, 1, FACTORS, random_contrast_compose,
   "The image's differences from its mean grey, times a factor drawn from [min_factor, max_factor)." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for negative or infinite factors"))
COMPOSED(_image_random_saturation, "", "data", 1, 1, FACTORS, random_saturation_compose,
   "Each pixel's difference from its grey, times a factor drawn from [min_factor, max_factor)." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for negative or infinite factors"))
COMPOSED(_image_random_hue, "", "data", 1, 1, FACTORS, random_hue_compose,
   "Hues turned by a part of the circle drawn from [min_factor, max_factor), lightness and saturation kept." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for negative or infinite factors"))
COMPOSED(_image_random_color_jitter, "", "data", 1, 1,
   PARAMS(NEEDED_REAL("brightness"), NEEDED_REAL("contrast"), NEEDED_REAL("saturation"), NEEDED_REAL("hue")), random_color_jitter_compose,
   "Brightness, contrast, saturation and hue changed in random order, each by at most its parameter." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for negative or infinite parameters"))
COMPOSED(_image_adjust_lighting, "", "data", 1, 1, PARAMS(NEEDED_REALS("alpha")), adjust_lighting_compose,
   "The image plus alpha times the principal components of the colours of ImageNet (Krizhevsky and others, 2012)."
   SHAPES("data (h, w, c) -> the same") ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError unless alpha has three numbers")
   SAYS("alpha", "three numbers"))
COMPOSED(_image_random_lighting, "", "data", 1, 1, PARAMS(REAL("alpha_std", 0.05)), random_lighting_compose,
   "As _image_adjust_lighting, with alpha drawn from normal distributions of deviation alpha_std." SHAPES("data (h, w, c) -> the same")
   ERRORS("ShapeError unless data has 3 axes and 1 or 3 channels; ArgumentError for a negative or infinite alpha_std")
   SAYS("alpha_std", "the deviation"))

#undef FACTORS
COMPOSED(_cvcopyMakeBorder, "", "src", 1, 1,
   PARAMS(NEEDED_INT("top"), NEEDED_INT("bot"), NEEDED_INT("left"), NEEDED_INT("right"), INT("type", 0), REAL("value", 0), REALS("values")),
   copy_make_border_compose,
   "An image with so many rows and columns around it: of a constant, or of what it has at its edges."
   SHAPES("src (h, w, c) -> (top + h + bot, left + w + right, c)")
   ERRORS("ShapeError unless src has 3 axes; ArgumentError for a width below 0, an unknown type, or values that do not fit the channels")
   SAYS("type", "0: value, 1: the edge, 2: mirrored with it, 3: the other side, 4: mirrored without it") SAYS("value", "of type 0")
   SAYS("values", "one for each channel, instead"))
COMPOSED(_cvimresize, "", "src", 1, 1, PARAMS(NEEDED_INT("w"), NEEDED_INT("h"), INT("interp", 1)), imresize_compose,
   "An image of another width and height." SHAPES("src (h', w', c) -> (h, w, c)")
   ERRORS("ShapeError unless src has 3 axes and elements; ArgumentError for a size below 1 or another interp")
   SAYS("w", "width") SAYS("h", "height") SAYS("interp", "0: the nearest element, 1: between the four around"))

/* clang-format on */
