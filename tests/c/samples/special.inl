/* Operators of single elements and of lists of arrays. */
{"_polygamma", "3x5", ""},
{"_polygamma", "19", "order=3"},
