/* Work that falls into items (items/item.h), wherever its memory is: ND_EACH(NAME) makes each_NAME(where, work, count),
 * which returns 0 or -1. */
#ifndef ND_EACH_H
#define ND_EACH_H

#include "gpu.h"

#define ND_EACH(name)                                                                       \
    static int each_##name(nd_context where, const nd_##name##_work *work, int64_t count) { \
        if (nd_on_gpu(where))                                                               \
            return nd_gpu_each(where, ND_ITEM_##name, work, count);                         \
        const nd_##name##_work own = *work; /* which no element can be a part of */         \
        for (int64_t i = 0; i < count; i++)                                                 \
            nd_##name##_item(&own, i);                                                      \
        return 0;                                                                           \
    }

#endif
