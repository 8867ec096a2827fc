/* Work that falls into items (items/item.h): a thread for each. */
#include "items/boxes.h"
#include "items/closeness.h"
#include "items/columns.h"
#include "items/counts.h"
#include "items/deformable.h"
#include "items/divergence.h"
#include "items/factors.h"
#include "items/indices.h"
#include "items/multibox.h"
#include "items/nms.h"
#include "items/picking.h"
#include "items/proposals.h"
#include "items/ranking.h"
#include "items/reflections.h"
#include "items/regions.h"
#include "items/rivals.h"
#include "items/rotations.h"
#include "items/rounding.h"
#include "items/sums.h"
#include "items/training.h"
#include "items/triangles.h"
#include "launch.cuh"

#define ITEM(name)                                                                                       \
    static __global__ void name##_kernel(const __grid_constant__ nd_##name##_work work, int64_t count) { \
        GRID_STRIDE(i, count)                                                                            \
            nd_##name##_item(&work, i);                                                                  \
    }
#include "items/items.inl"

int nd_start_each(int id, int item, const void *work, int64_t count) {
    switch (item) {
#define ITEM(name) \
    case ND_ITEM_##name: ND_FOR_EACH(id, count, name##_kernel, *(const nd_##name##_work *)work, count);
#include "items/items.inl"
    default: return ND_GPU_REFUSED;
    }
}
