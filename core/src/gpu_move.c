#include "gpu.h"

#if ND_WITH_GPU

#include "array.h"
#include "cast.h"
#include "spec.h"

static nd_array *like(const nd_array *array, nd_dtype dtype, nd_context context) {
    nd_spec spec = nd_array_spec(array);
    spec.dtype = (uint8_t)dtype;
    return nd_array_new(&spec, context);
}

static bool same_gpu(const nd_array *a, const nd_array *b) {
    return nd_on_gpu(a->context) && nd_on_gpu(b->context) && a->context.id == b->context.id;
}

static int upload(const nd_array *to, const nd_array *from) {
    int id = to->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    return driver ? nd_gpu_check(id, driver->upload(id, nd_data(to), nd_data(from), nd_bytes(to))) : -1;
}

static int download(const nd_array *to, const nd_array *from) {
    int id = from->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    return driver ? nd_gpu_check(id, driver->download(id, nd_data(to), nd_data(from), nd_bytes(from))) : -1;
}

static int convert_there(const nd_array *to, const nd_array *from) {
    int id = to->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    if (!driver)
        return -1;
    if (to->dtype == from->dtype)
        return nd_gpu_check(id, driver->move(id, nd_data(to), nd_data(from), nd_bytes(to)));
    return nd_gpu_check(id, driver->cast(id, nd_data(to), to->dtype, nd_data(from), from->dtype, to->size));
}

nd_array *nd_gpu_on_host(const nd_array *array) {
    nd_array *copy = like(array, array->dtype, (nd_context){ND_CPU, 0});
    if (!copy || array->size == 0 || download(copy, array) == 0)
        return copy;
    nd_array_release(copy);
    return NULL;
}

/* What comes from host memory is cast there, and so is what goes there. */
static int to_gpu(const nd_array *to, const nd_array *from) {
    if (to->dtype == from->dtype)
        return upload(to, from);
    nd_array *cast = like(from, to->dtype, from->context);
    if (!cast)
        return -1;
    nd_cast(nd_data(cast), cast->dtype, nd_data(from), from->dtype, from->size);
    int status = upload(to, cast);
    nd_array_release(cast);
    return status;
}

/* One GPU's elements reach another by way of host memory. */
static int by_host(const nd_array *to, const nd_array *from) {
    nd_array *copy = nd_gpu_on_host(from);
    if (!copy)
        return -1;
    int status = 0;
    if (nd_on_gpu(to->context))
        status = to_gpu(to, copy);
    else
        nd_cast(nd_data(to), to->dtype, nd_data(copy), copy->dtype, copy->size);
    nd_array_release(copy);
    return status;
}

int nd_gpu_convert(const nd_array *to, const nd_array *from) {
    if (from->size == 0)
        return 0;
    if (same_gpu(to, from))
        return convert_there(to, from);
    if (!nd_on_gpu(from->context))
        return to_gpu(to, from);
    return !nd_on_gpu(to->context) && to->dtype == from->dtype ? download(to, from) : by_host(to, from);
}

/* ----------------------------------------------------------------------------------------- single elements */

static char *place(const nd_array *array, int64_t index) {
    return (char *)nd_data(array) + index * nd_dtype_size(array->dtype);
}

static int64_t read_element(const nd_array *array, int64_t index) {
    int id = array->context.id;
    int64_t element = 0;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    int bytes = nd_dtype_size(array->dtype);
    if (driver && nd_gpu_check(id, driver->download(id, &element, place(array, index), bytes)) < 0)
        element = 0;
    return element;
}

static void write_element(const nd_array *array, int64_t index, int64_t element) {
    int id = array->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    if (driver)
        nd_gpu_check(id, driver->upload(id, place(array, index), &element, nd_dtype_size(array->dtype)));
}

double nd_gpu_get(const nd_array *array, int64_t index) {
    int64_t element = read_element(array, index);
    return nd_element(&element, array->dtype, 0);
}

int64_t nd_gpu_get_int(const nd_array *array, int64_t index) {
    int64_t element = read_element(array, index);
    return nd_element_int(&element, array->dtype, 0);
}

void nd_gpu_set(nd_array *array, int64_t index, double value) {
    int64_t element = 0;
    nd_set_element(&element, array->dtype, 0, value);
    write_element(array, index, element);
}

void nd_gpu_set_int(nd_array *array, int64_t index, int64_t value) {
    int64_t element = 0;
    nd_set_element_int(&element, array->dtype, 0, value);
    write_element(array, index, element);
}

/* --------------------------------------------------------------------------------------------- one value */

int nd_gpu_fill(const nd_array *array, const void *item) {
    int id = array->context.id;
    const nd_gpu_driver *driver = array->size ? nd_gpu_driver_for(id) : NULL;
    if (!driver)
        return array->size ? -1 : 0;
    return nd_gpu_check(id, driver->fill(id, nd_data(array), item, nd_dtype_size(array->dtype), array->size));
}

int nd_gpu_clear(const nd_array *array) {
    static const int64_t zero = 0;
    return nd_gpu_fill(array, &zero);
}

#endif
