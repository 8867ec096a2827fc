/* Boxes and regions of interest. */
/* clang-format off */

OP(_contrib_box_iou, "", "lhs rhs", 2, 1, PARAMS(CHOICE("format", "corner center", 0)), box_iou_infer, box_iou_run, zero_gradient, 0, DOUBLES,
   "How far every box of lhs overlaps every box of rhs: the area of the intersection as a part of that of the union.")
OP(_contrib_bipartite_matching, "", "data", 1, 2, PARAMS(FLAG("is_ascend", 0), NEEDED_REAL("threshold"), INT("topk", -1)),
   bipartite_infer, bipartite_run, zero_gradient, 0, DOUBLES,
   "Pairs rows with columns, the best score first: for each row its column, and for each column its row, or -1.")
OP(_contrib_box_encode, "", "samples matches anchors refs means stds", 6, 2, NO_PARAMS, box_encode_infer, box_encode_run, zero_gradient, 0, DOUBLES,
   "What the matched boxes look like from their anchors, and a mask of the anchors with samples > 0.5.")
OP(_contrib_box_decode, "", "data anchors", 2, 1,
   PARAMS(REAL("std0", 1), REAL("std1", 1), REAL("std2", 1), REAL("std3", 1), REAL("clip", -1), CHOICE("format", "center corner", 0)),
   box_decode_infer, box_decode_run, zero_gradient, 0, DOUBLES, "The corners of the boxes that look like data from their anchors.")
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
   box_nms_compose, "Boxes by descending score without those that overlap a better one (of their class) too much; rows of -1 behind them.")
OP(_contrib_MultiBoxPrior, "", "data", 1, 1, PARAMS(REALS("sizes"), REALS("ratios"), FLAG("clip", 0), REALS("steps"), REALS("offsets")),
   multibox_prior_infer, multibox_prior_run, zero_gradient, 0, ALL,
   "Anchor boxes around every cell of a feature map: each size in the first ratio, and the first size in the other ratios.")
OP(_contrib_MultiBoxTarget, "", "anchor label cls_pred", 3, 3,
   PARAMS(REAL("overlap_threshold", 0.5), REAL("ignore_label", -1), REAL("negative_mining_ratio", -1), REAL("negative_mining_thresh", 0.5),
          INT("minimum_negative_samples", 0), REALS("variances")),
   multibox_target_infer, multibox_target_run, zero_gradient, 0, DOUBLES,
   "What anchors are to learn from labelled boxes: offsets, a mask of those that have a box, and classes with 0 for background.")
OP(_contrib_MultiBoxDetection, "", "cls_prob loc_pred anchor", 3, 1,
   PARAMS(FLAG("clip", 1), REAL("threshold", 0.01), INT("background_id", 0), REAL("nms_threshold", 0.5), FLAG("force_suppress", 0),
          REALS("variances"), INT("nms_topk", -1)),
   multibox_detection_infer, multibox_detection_run, zero_gradient, 0, DOUBLES,
   "What was detected: rows of class, score and box by descending score; class -1 where a better box overlaps too much.")
OP(_roi_argmax, "", "data rois", 2, 1, PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale")),
   roi_argmax_infer, roi_argmax_run, zero_gradient, 0, FLOATS, "Where in data the elements lie that ROIPooling gives, or -1.")
COMPOSED(ROIPooling, "", "data rois", 2, 1, PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale")),
   roi_pooling_compose, "The largest elements of the bins of regions, which are rows of image, left, top, right, bottom.")
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
   roi_align_compose, "The means of the bins of regions at points between elements; rois as for ROIPooling, without rounding.")
COMPOSED(_contrib_RROIAlign, "", "data rois", 2, 1,
   PARAMS(NEEDED_SHAPE("pooled_size"), NEEDED_REAL("spatial_scale"), INT("sampling_ratio", -1)),
   rotated_roi_align_compose, "As ROIAlign for turned regions: rows of image, center x, center y, width, height, degrees.")
COMPOSED(_contrib_PSROIPooling, "", "data rois", 2, 1,
   PARAMS(NEEDED_REAL("spatial_scale"), NEEDED_INT("output_dim"), NEEDED_INT("pooled_size"), INT("group_size", 0)),
   psroi_pooling_compose, "The means of the bins of regions, each bin from channels of its own (Dai et al., R-FCN, 2016).")

/* clang-format on */
