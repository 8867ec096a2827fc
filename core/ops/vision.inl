/* Boxes and regions of interest. */
/* clang-format off */

OP(_contrib_box_iou, "", "lhs rhs", 2, 1, PARAMS(CHOICE("format", "corner center", 0)), box_iou_infer, box_iou_run, zero_gradient, 0, DOUBLES,
   "How far every box of lhs overlaps every box of rhs: the area of the intersection as a part of that of the union."
   SHAPES("lhs (..., 4), rhs (..., 4) -> (those of lhs, those of rhs) without the 4") FLOATS_ALIKE
   ERRORS("ShapeError unless the last extents are 4, or for more than 8 axes together")
   SAYS("format", "left, top, right, bottom, or center x, center y, width, height"))
OP(_contrib_bipartite_matching, "", "data", 1, 2, PARAMS(FLAG("is_ascend", 0), NEEDED_REAL("threshold"), INT("topk", -1)),
   bipartite_infer, bipartite_run, zero_gradient, 0, DOUBLES,
   "Pairs rows with columns, the best score first: for each row its column, and for each column its row, or -1."
   SHAPES("data (..., m, n) -> (..., m), (..., n)") FLOATS_ONLY ERRORS("ShapeError for fewer than two axes")
   SAYS("is_ascend", "the smallest score is the best") SAYS("threshold", "the worst score of a pair") SAYS("topk", "most pairs; negative: all"))
OP(_contrib_box_encode, "", "samples matches anchors refs means stds", 6, 2, NO_PARAMS, box_encode_infer, box_encode_run, zero_gradient, 0, DOUBLES,
   "What the matched boxes look like from their anchors, ((center - center') / size', log(size / size')) less means over stds, and a mask of"
   " the anchors with samples > 0.5."
   SHAPES("samples (n, a), matches (n, a), anchors (n, a, 4), refs (n, b, 4), means (4), stds (4) -> (n, a, 4), (n, a, 4)")
   DTYPES("float16, float32, float64, the same for all but matches (else DTypeError)")
   ERRORS("ShapeError if the shapes do not fit; BoundsError for a match that is not there"))
OP(_contrib_box_decode, "", "data anchors", 2, 1,
   PARAMS(REAL("std0", 1), REAL("std1", 1), REAL("std2", 1), REAL("std3", 1), REAL("clip", -1), CHOICE("format", "center corner", 0)),
   box_decode_infer, box_decode_run, zero_gradient, 0, DOUBLES,
   "The corners of the boxes that look like data from their anchors." SHAPES("data (n, a, 4), anchors (1, a, 4) -> (n, a, 4)") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit") SAYS("std0", "multiplies x") SAYS("std1", "multiplies y")
   SAYS("std2", "multiplies the width, before exp") SAYS("std3", "multiplies the height")
   SAYS("clip", "the largest width and height before exp; negative: any")
   SAYS("format", "of anchors: left, top, right, bottom, or center x, center y, width, height"))
OP(_box_nms_choice, "", "data", 1, 1,
   PARAMS(REAL("overlap_thresh", 0.5), REAL("valid_thresh", 0), INT("topk", -1), INT("coord_start", 2), INT("score_index", 1),
          INT("id_index", -1), INT("background_id", -1), FLAG("force_suppress", 0), CHOICE("in_format", "corner center", 0),
          CHOICE("out_format", "corner center", 0)),
   box_nms_choice_infer, box_nms_choice_run, zero_gradient, 0, DOUBLES,
   "The rows that box_nms keeps, counted through all batches, best first, and -1 behind them.")
COMPOSED(_contrib_box_nms, "_contrib_box_non_maximum_suppression", "data", 1, 1,
   PARAMS(REAL("overlap_thresh", 0.5), REAL("valid_thresh", 0), INT("topk", -1), INT("coord_start", 2), INT("score_index", 1),
          INT("id_index", -1), INT("background_id", -1), FLAG("force_suppress", 0), CHOICE("in_format", "corner center", 0),
          CHOICE("out_format", "corner center", 0)),
   box_nms_compose,
   "Boxes by descending score without those that overlap a better one (of their class) too much; rows of -1 behind them (greedy non-maximum "
   "suppression)."
   SHAPES("data (..., boxes, k) -> the same") FLOATS_ONLY
   ERRORS("ShapeError for fewer than two axes or 5 columns; ArgumentError for columns that are not there")
   SAYS("overlap_thresh", "intersection over union from which a box is left out") SAYS("valid_thresh", "the score that a box must exceed")
   SAYS("topk", "how many are looked at; negative: all") SAYS("coord_start", "first of the 4 columns of a box")
   SAYS("score_index", "column of the score") SAYS("id_index", "column of the class; -1: none")
   SAYS("background_id", "class that is left out; -1: none") SAYS("force_suppress", "across classes")
   SAYS("in_format", "left, top, right, bottom, or center x, center y, width, height") SAYS("out_format", "the same for the result"))
OP(_contrib_MultiBoxPrior, "", "data", 1, 1, PARAMS(REALS("sizes"), REALS("ratios"), FLAG("clip", 0), REALS("steps"), REALS("offsets")),
   multibox_prior_infer, multibox_prior_run, zero_gradient, 0, ALL,
   "Anchor boxes around every cell of a feature map: each size in the first ratio, and the first size in the other ratios (Liu and others, "
   "SSD, 2016)."
   SHAPES("data (n, c, h, w) -> (1, h w (sizes + ratios - 1), 4): left, top, right, bottom in parts of the image") FLOATS_ONLY
   ERRORS("ShapeError unless data has 4 axes; ArgumentError without sizes or ratios, or unless steps and offsets have two numbers")
   SAYS("sizes", "parts of the image; None: 1") SAYS("ratios", "width over height; None: 1") SAYS("clip", "limit to the image")
   SAYS("steps", "of cells, (y, x); None: 1/h, 1/w") SAYS("offsets", "of centers in cells, (y, x); None: 0.5"))
OP(_contrib_MultiBoxTarget, "", "anchor label cls_pred", 3, 3,
   PARAMS(REAL("overlap_threshold", 0.5), REAL("ignore_label", -1), REAL("negative_mining_ratio", -1), REAL("negative_mining_thresh", 0.5),
          INT("minimum_negative_samples", 0), REALS("variances")),
   multibox_target_infer, multibox_target_run, zero_gradient, 0, DOUBLES,
   "What anchors are to learn from labelled boxes: offsets, a mask of those that have a box, and classes with 0 for background (Liu and "
   "others, SSD, 2016)."
   SHAPES("anchor (1, a, 4), label (n, b, 5 or more) of class, left, top, right, bottom, cls_pred (n, classes, a) -> (n, 4 a), (n, 4 a), (n, a)")
   FLOATS_ALIKE ERRORS("ShapeError if the shapes do not fit; ArgumentError unless there are 4 variances")
   SAYS("overlap_threshold", "intersection over union from which an anchor gets a box")
   SAYS("ignore_label", "class of anchors that are left out of negative mining")
   SAYS("negative_mining_ratio", "negatives for each positive; negative: all")
   SAYS("negative_mining_thresh", "overlap below which anchors may be negatives") SAYS("minimum_negative_samples", "least number of negatives")
   SAYS("variances", "divide the offsets; None: 0.1, 0.1, 0.2, 0.2"))
OP(_contrib_MultiBoxDetection, "", "cls_prob loc_pred anchor", 3, 1,
   PARAMS(FLAG("clip", 1), REAL("threshold", 0.01), INT("background_id", 0), REAL("nms_threshold", 0.5), FLAG("force_suppress", 0),
          REALS("variances"), INT("nms_topk", -1)),
   multibox_detection_infer, multibox_detection_run, zero_gradient, 0, DOUBLES,
   "What was detected: rows of class, score and box by descending score; class -1 where a better box overlaps too much (Liu and others, SSD,"
   " 2016)."
   SHAPES("cls_prob (n, classes, a), loc_pred (n, 4 a), anchor (1, a, 4) -> (n, a, 6)") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit; ArgumentError unless there are 4 variances") SAYS("clip", "limit boxes to the image")
   SAYS("threshold", "least score") SAYS("background_id", "class that is no object")
   SAYS("nms_threshold", "intersection over union from which a box is left out") SAYS("force_suppress", "across classes")
   SAYS("variances", "multiply loc_pred; None: 0.1, 0.1, 0.2, 0.2") SAYS("nms_topk", "how many are looked at; negative: all"))
OP(_roi_argmax, "", "data rois", 2, 1, PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale")),
   roi_argmax_infer, roi_argmax_run, zero_gradient, 0, FLOATS, "Where in data the elements lie that ROIPooling gives, or -1.")
COMPOSED(ROIPooling, "", "data rois", 2, 1, PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale")),
   roi_pooling_compose,
   "The largest elements of the bins of regions (Girshick, Fast R-CNN, 2015)."
   SHAPES("data (n, c, h, w), rois (r, 5) of image, left, top, right, bottom -> (r, c, pooled_size)")
   DTYPES("float16, float32, float64 (else DTypeError); rois has its own")
   ERRORS("ShapeError if the shapes are others; BoundsError for an image that is not there; ArgumentError unless pooled_size is two numbers above 0"))
OP(_roi_sample, "", "data rois", 2, 1,
   PARAMS(CHOICE("kind", "align rotated average", 0), NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale"), INT("sample_ratio", -1),
          FLAG("aligned", 0), NEEDED_SHAPE("groups")),
   roi_sample_infer, roi_sample_run, roi_sample_gradient, KEEP_INPUT(1), FLOATS, "The means of the bins of regions: what ROIAlign and its kin call.")
OP(_roi_scatter, "", "data rois", 2, 1,
   PARAMS(CHOICE("kind", "align rotated average", 0), NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale"), INT("sample_ratio", -1),
          FLAG("aligned", 0), NEEDED_SHAPE("groups"), SHAPE("shape", 0)),
   roi_scatter_infer, roi_scatter_run, roi_scatter_gradient, KEEP_INPUT(1), FLOATS, "The gradient of _roi_sample: data added where it came from.")
COMPOSED(_contrib_ROIAlign, "", "data rois", 2, 1,
   PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale"), INT("sample_ratio", -1), FLAG("position_sensitive", 0), FLAG("aligned", 0)),
   roi_align_compose,
   "The means of the bins of regions at points between elements, without rounding (He and others, Mask R-CNN, 2017)."
   SHAPES("data (n, c, h, w), rois (r, 5) of image, left, top, right, bottom -> (r, c, pooled_size); if position_sensitive (r, c / the bins, "
   "pooled_size)")
   DTYPES("float16, float32, float64 (else DTypeError); rois has its own")
   ERRORS("ShapeError if the shapes are others; BoundsError for an image that is not there; ArgumentError for a pooled_size, samples or a region "
   "that cannot be")
   SAYS("sample_ratio", "points of a bin along each axis; negative: as many as elements")
   SAYS("position_sensitive", "each bin has channels of its own") SAYS("aligned", "shift by half an element"))
COMPOSED(_contrib_RROIAlign, "", "data rois", 2, 1,
   PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale"), INT("sampling_ratio", -1)),
   rotated_roi_align_compose,
   "As ROIAlign for turned regions (Ma and others, 2018)."
   SHAPES("data (n, c, h, w), rois (r, 6) of image, center x, center y, width, height, degrees -> (r, c, pooled_size)")
   DTYPES("float16, float32, float64 (else DTypeError); rois has its own")
   ERRORS("ShapeError if the shapes are others; BoundsError for an image that is not there; ArgumentError for a pooled_size, samples or a region "
   "that cannot be")
   SAYS("sampling_ratio", "points of a bin along each axis; negative: as many as elements"))
COMPOSED(_contrib_PSROIPooling, "", "data rois", 2, 1,
   PARAMS(NEEDED_REAL("spatial_scale"), NEEDED_INT("output_dim"), NEEDED_INT("pooled_size"), INT("group_size", 0)),
   psroi_pooling_compose,
   "The means of the bins of regions, each bin from channels of its own (Dai et al., R-FCN, 2016)."
   SHAPES("data (n, output_dim group_size**2, h, w), rois (r, 5) of image, left, top, right, bottom -> (r, output_dim, pooled_size, pooled_size)")
   DTYPES("float16, float32, float64 (else DTypeError); rois has its own")
   ERRORS("ShapeError if the shapes are others; BoundsError for an image that is not there; ArgumentError for a pooled_size or a region that cannot"
   " be")
   SAYS("output_dim", "channels of the result") SAYS("pooled_size", "its height and width")
   SAYS("group_size", "bins with channels of their own along each axis; 0: pooled_size"))

OP(_contrib_MultiProposal, "_contrib_Proposal", "cls_prob bbox_pred im_info", 3, INT_OF(7) ? 2 : 1,
   PARAMS(INT("rpn_pre_nms_top_n", 6000), INT("rpn_post_nms_top_n", 300), REAL("threshold", 0.699999988), INT("rpn_min_size", 16), REALS("scales"),
          REALS("ratios"), INT("feature_stride", 16), FLAG("output_score", 0), FLAG("iou_loss", 0)),
   proposal_infer, proposal_run, zero_gradient, 0, DOUBLES,
   "Regions that a network proposes: anchors of a scales and b ratios at every cell of a feature map, moved by bbox_pred, without those that overlap a"
   " better one too much (Ren and others, Faster R-CNN, 2015). A row is image, left, top, right, bottom; rows repeat where there are too few."
   SHAPES("cls_prob (n, 2 a b, h, w), bbox_pred (n, 4 a b, h, w), im_info (n, 3): height, width, scale -> (n rpn_post_nms_top_n, 5), with output_score also"
          " (n rpn_post_nms_top_n, 1)")
   FLOATS_ALIKE ERRORS("ShapeError if the shapes do not fit; ArgumentError unless rpn_post_nms_top_n and feature_stride are above 0")
   SAYS("rpn_pre_nms_top_n", "how many of the best are looked at; 0 or less: all") SAYS("rpn_post_nms_top_n", "how many are given for each image")
   SAYS("threshold", "of the overlap that excludes") SAYS("rpn_min_size", "smaller regions come last, times the image's scale")
   SAYS("scales", "of anchors; (): 4, 8, 16, 32") SAYS("ratios", "of the heights of anchors to their widths; (): 0.5, 1, 2")
   SAYS("feature_stride", "pixels a cell") SAYS("output_score", "give the scores too") SAYS("iou_loss", "bbox_pred moves corners, not centers and sizes"))

COMPOSED(_contrib_DeformablePSROIPooling, "", "data rois ?trans", 3, 1,
   PARAMS(NEEDED_REAL("spatial_scale"), NEEDED_INT("output_dim"), NEEDED_INT("group_size"), NEEDED_INT("pooled_size"), INT("part_size", 0),
          INT("sample_per_part", 1), REAL("trans_std", 0), FLAG("no_trans", 0)), deformable_psroi_compose,
   "The means of points in the bins of regions, each bin from channels of its own and moved by trans (Dai and others, Deformable Convolutional Networks,"
   " 2017)."
   SHAPES("data (n, output_dim group_size^2, h, w), rois (r, 5), trans (r, 2 classes, part_size, part_size) -> (r, output_dim, pooled_size, pooled_size)")
   DTYPES("float16, float32, float64, data and trans alike (else DTypeError); rois any")
   ERRORS("ShapeError if the shapes do not fit; BoundsError for a region of no image; ArgumentError for sizes that are not 1 to 1024")
   SAYS("output_dim", "channels of the result") SAYS("group_size", "the channels of an output channel are so many rows and columns")
   SAYS("pooled_size", "bins along an axis") SAYS("part_size", "moves along an axis; 0: pooled_size") SAYS("sample_per_part", "points of a bin along an axis")
   SAYS("trans_std", "a move of 1 is such a part of the region") SAYS("no_trans", "leave trans out"))

/* clang-format on */
