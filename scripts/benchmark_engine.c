// The arithmetic of the training benchmark in C: the limit that scripts/benchmark_engine.py compares with.
//
// Plain gradient descent on one layered network, which the compiler is told so that it can unroll every loop over
// layers and neurons: gcc -O3 -march=native -ffast-math -shared -fPIC -DSIZES=2,4,2,1 -DHIDDEN=TANH -DOUTPUT=TANH
// -DLOSS=HALF_SQUARED_ERROR -DBATCH=10 -DLANES=4. Processors differ in which number of LANES, 4 or 8, is faster.

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef double vec __attribute__((vector_size(8 * LANES)));
typedef long ints __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

enum { TANH, SIGMOID, RELU, LINEAR };
enum { HALF_SQUARED_ERROR, SOFTMAX_CROSS_ENTROPY };

static const int size[] = {SIZES}; // neurons of each layer, the inputs first
#define LAYERS ((int)(sizeof size / sizeof *size) - 1)
#define ACROSS whole(BATCH)

typedef struct {
    double *w[LAYERS];  // [target][padded source]
    double *wt[LAYERS]; // [source][padded target]: one sample at a time wants both
    double *b[LAYERS];  // [padded target]
} Net;

INLINE long whole(long n) { return (n + LANES - 1) / LANES * LANES; }
INLINE int activation(int layer) { return layer == LAYERS - 1 ? OUTPUT : HIDDEN; }

static double *zeros(long n) {
    double *p = aligned_alloc(64, (size_t)(n * 8 + 63) / 64 * 64);
    return memset(p, 0, (size_t)(n * 8 + 63) / 64 * 64);
}

// --- functions of a vector ---------------------------------------------------------------------------------

INLINE vec all(double x) { return x - (vec){0}; }
INLINE vec load(const double *p) { return *(const vec *)p; }
INLINE void store(double *p, vec x) { *(vec *)p = x; }
INLINE vec either(ints mask, vec yes, vec no) { return (vec)(((ints)yes & mask) | ((ints)no & ~mask)); }
// In loops, which become one instruction each.
INLINE vec between(vec x, double low, double high) {
    for (int i = 0; i < LANES; i++) x[i] = x[i] < low ? low : x[i];
    for (int i = 0; i < LANES; i++) x[i] = x[i] > high ? high : x[i];
    return x;
}

INLINE double sum(vec x) {
#if LANES == 8
    x += __builtin_shuffle(x, (ints){4, 5, 6, 7, 0, 1, 2, 3});
    x += __builtin_shuffle(x, (ints){2, 3, 0, 1, 6, 7, 4, 5});
    x += __builtin_shuffle(x, (ints){1, 0, 3, 2, 5, 4, 7, 6});
#else
    x += __builtin_shuffle(x, (ints){2, 3, 0, 1});
    x += __builtin_shuffle(x, (ints){1, 0, 3, 2});
#endif
    return x[0];
}

// 1.5·2^52: adding it rounds to an integer, which then stands in the low bits. Two variables, because -ffast-math would
// cancel adding and taking away one; whole numbers, because no store to a vector can change those.
long rounding = 0x4338000000000000, unrounding = 0x4338000000000000;

// e^x = 2^k·e^r with |r| ≤ ½ ln 2; the polynomial is 3e-16 near. A libmvec call would cost twice as much.
INLINE vec exponential(vec x) {
    vec shifted = x * 1.4426950408889634 + (vec)((ints){0} + rounding), k = shifted - (vec)((ints){0} + unrounding);
    vec r = x - k * 0x1.62e42fefa3800p-1 - k * 0x1.ef35793c76730p-45;
    vec r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    vec p01 = 1.0 + r * 1.0000000000000067, p23 = 0.50000000000000056 + r * 0.16666666666554314;
    vec p45 = 0.041666666666573068 + r * 0.0083333333856992117;
    vec p67 = 0.0013888888932514779 + r * 0.00019841170230570287;
    vec p89 = 2.4801504313785540e-5 + r * 2.7640197391694841e-6;
    vec p = (p01 + r2 * p23) + r4 * (p45 + r2 * p67) + r8 * (p89 + r2 * 2.7626371065696356e-7);
    return (vec)((ints)p + ((ints)shifted << 52));
}

INLINE vec activate(int activation, vec z) {
    switch (activation) {
    case TANH: return 1.0 - 2.0 / (exponential(between(z + z, -40.0, 40.0)) + 1.0);
    case SIGMOID: return 1.0 / (exponential(between(-z, -700.0, 700.0)) + 1.0);
    case RELU: return either(z > 0.0, z, all(0.0));
    default: return z;
    }
}

INLINE vec slope(int activation, vec a) {
    switch (activation) {
    case TANH: return 1.0 - a * a;
    case SIGMOID: return a - a * a;
    case RELU: return either(a > 0.0, all(1.0), all(0.0));
    default: return all(1.0);
    }
}

INLINE void activate_each(int activation, double *a, long n) {
    for (long i = 0; i < n; i += LANES) store(a + i, activate(activation, load(a + i)));
}

INLINE void times_slope(int activation, double *d, const double *a, long n) {
    for (long i = 0; i < n; i += LANES) store(d + i, load(d + i) * slope(activation, load(a + i)));
}

// --- the matrix product that everything is made of ---------------------------------------------------------

// x[r][c] = Σ_k left[r·row + k·step] · right[k·across + c], for R rows and C vectors of columns held in registers.
// Then, as `end` says: x + start[r] is stored, or x, or x is added to what is there, or `scale` times x subtracted.
enum { START, PLAIN, ADD, SUBTRACT };
enum { DEPTH = 64 }; // of a sum done at once, so that what it reads of `right` stays in the nearest cache

typedef struct {
    const double *left;
    long row, step;
    const double *right;
    long across;
    double *out;
    long out_row;
    const double *start;
    double scale;
} Product;

INLINE void tile(const int end, const int R, const int C, const Product *p, long r0, long c0, long depth) {
    vec x[6][4];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int c = 0; c < C; c++) x[r][c] = end == START ? all(p->start[r0 + r]) : all(0.0);
    }
    const double *left = p->left + r0 * p->row, *right = p->right + c0;
    const long row = p->row;
    for (long k = 0; k < depth; k++, left += p->step, right += p->across) {
        vec y[4];
        UNROLL for (int c = 0; c < C; c++) y[c] = load(right + c * LANES);
        UNROLL for (int r = 0; r < R; r++) {
            vec w = all(left[r * row]);
            UNROLL for (int c = 0; c < C; c++) x[r][c] += w * y[c];
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        double *out = p->out + (r0 + r) * p->out_row + c0;
        UNROLL for (int c = 0; c < C; c++) {
            vec y = x[r][c];
            if (end == SUBTRACT) y = load(out + c * LANES) - p->scale * y;
            if (end == ADD) y += load(out + c * LANES);
            store(out + c * LANES, y);
        }
    }
}

INLINE void column(const int end, const int C, const Product *p, long rows, long c0, long depth) {
    long r = 0;
    for (; LANES == 8 && r + 16 <= rows; r += 6) tile(end, 6, C, p, r, c0, depth); // 24 of the 32 registers
    for (; r + 4 <= rows; r += 4) tile(end, 4, C, p, r, c0, depth);
    if (rows - r >= 2) tile(end, 2, C, p, r, c0, depth), r += 2;
    if (rows - r >= 1) tile(end, 1, C, p, r, c0, depth);
}

INLINE void columns_of(const int end, const Product *p, long rows, long columns, long depth) {
    long c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) column(end, 4, p, rows, c, depth);
    if (columns - c >= 3 * LANES) column(end, 3, p, rows, c, depth), c += 3 * LANES;
    if (columns - c >= 2 * LANES) column(end, 2, p, rows, c, depth), c += 2 * LANES;
    if (columns - c >= LANES) column(end, 1, p, rows, c, depth);
}

INLINE void product(const int end, Product p, long rows, long columns, long depth) {
    columns_of(end, &p, rows, columns, depth < DEPTH ? depth : DEPTH);
    for (long k = DEPTH; k < depth; k += DEPTH) {
        p.left += DEPTH * p.step, p.right += DEPTH * p.across;
        columns_of(end == SUBTRACT ? SUBTRACT : ADD, &p, rows, columns, depth - k < DEPTH ? depth - k : DEPTH);
    }
}

// --- the network -------------------------------------------------------------------------------------------

static Net open_net(const double *from) {
    Net net;
    for (int l = 0; l < LAYERS; l++) {
        long sources = size[l], targets = size[l + 1], across = whole(sources), along = whole(targets);
        net.w[l] = zeros(targets * across);
        net.wt[l] = zeros(sources * along);
        net.b[l] = zeros(along);
        for (long j = 0; j < targets; j++) {
            for (long i = 0; i < sources; i++) net.w[l][j * across + i] = net.wt[l][i * along + j] = *from++;
        }
        for (long j = 0; j < targets; j++) net.b[l][j] = *from++;
    }
    return net;
}

static void close_net(Net net, double *to) {
    for (int l = 0; l < LAYERS; l++) {
        for (long j = 0; j < size[l + 1]; j++) {
            for (long i = 0; i < size[l]; i++) *to++ = net.w[l][j * whole(size[l]) + i];
        }
        for (long j = 0; j < size[l + 1]; j++) *to++ = net.b[l][j];
        free(net.w[l]), free(net.wt[l]), free(net.b[l]);
    }
}

// `columns` samples of rows that are `across` long.
INLINE void forward(const Net *net, double *const *a, long columns, long across) {
    UNROLL for (int l = 0; l < LAYERS; l++) {
        Product p = {net->w[l], whole(size[l]), 1, a[l], across, a[l + 1], across, net->b[l], 0};
        product(START, p, size[l + 1], columns, size[l]);
        if (across == columns) activate_each(activation(l), a[l + 1], size[l + 1] * columns);
        for (int j = 0; j < size[l + 1] && across != columns; j++) {
            activate_each(activation(l), a[l + 1] + j * across, columns);
        }
    }
}

// --- batches: the samples of a batch stand side by side in vectors -----------------------------------------

typedef struct {
    double *a[LAYERS + 1];  // activations, [neuron][sample]
    double *at[LAYERS + 1]; // the same, [sample][padded neuron]
    double *d[LAYERS + 1];  // δ, [neuron][sample]
    double *mask;           // 0 where the batch has no sample any more
} Batch;

// δ of the outputs, and the sum of the losses.
INLINE double half_squared_error(const Batch *s, const double *t) {
    vec total = all(0.0);
    for (int j = 0; j < size[LAYERS]; j++) {
        for (long c = 0; c < ACROSS; c += LANES) {
            vec a = load(s->a[LAYERS] + j * ACROSS + c), error = (a - load(t + j * ACROSS + c)) * load(s->mask + c);
            store(s->d[LAYERS] + j * ACROSS + c, error * slope(activation(LAYERS - 1), a));
            total += 0.5 * error * error;
        }
    }
    return sum(total);
}

INLINE double softmax_cross_entropy(const Batch *s, const double *t) {
    vec total = all(0.0);
    for (long c = 0; c < ACROSS; c += LANES) {
        double *o = s->a[LAYERS] + c, *d = s->d[LAYERS] + c;
        vec mask = load(s->mask + c), most = load(o), e = all(0.0), weight = all(0.0), logs;
        for (int j = 1; j < size[LAYERS]; j++) most = either(load(o + j * ACROSS) > most, load(o + j * ACROSS), most);
        for (int j = 0; j < size[LAYERS]; j++) {
            vec x = exponential(between(load(o + j * ACROSS) - most, -700.0, 0.0));
            store(d + j * ACROSS, x);
            e += x;
            weight += load(t + j * ACROSS + c);
        }
        for (int i = 0; i < LANES; i++) logs[i] = log(e[i]);
        for (int j = 0; j < size[LAYERS]; j++) {
            vec target = load(t + j * ACROSS + c);
            total += target * (logs - (load(o + j * ACROSS) - most)) * mask;
            store(d + j * ACROSS, (load(d + j * ACROSS) / e * weight - target) * mask);
        }
    }
    return sum(total);
}

// Whether a scalar product over the samples for each weight costs less than a chain of additions over them.
INLINE int is_narrow(long sources, long targets) {
    return sources * targets * (ACROSS / LANES + 8) < 4 * BATCH * ((targets + 3) / 4) * (whole(sources) / LANES);
}

INLINE void descend_narrow(double *w, const double *d, const double *a, double step, long sources, long targets) {
    for (long j = 0; j < targets; j++) {
        for (long i = 0; i < sources; i++) {
            vec total = all(0.0);
            for (long c = 0; c < ACROSS; c += LANES) total += load(d + j * ACROSS + c) * load(a + i * ACROSS + c);
            w[j * whole(sources) + i] -= step * sum(total);
        }
    }
}

INLINE void descend(Net *net, Batch *s, int l, long count, double step) {
    long sources = size[l], targets = size[l + 1], across = whole(sources);
    if (is_narrow(sources, targets)) {
        descend_narrow(net->w[l], s->d[l + 1], s->a[l], step, sources, targets);
    } else {
        for (long i = 0; i < sources && l > 0; i++) {
            for (long c = 0; c < count; c++) s->at[l][c * across + i] = s->a[l][i * ACROSS + c];
        }
        Product gradient = {s->d[l + 1], ACROSS, 1, s->at[l], across, net->w[l], across, NULL, step};
        product(SUBTRACT, gradient, targets, across, count);
    }
    for (long j = 0; j < targets; j++) {
        vec total = all(0.0);
        for (long c = 0; c < ACROSS; c += LANES) total += load(s->d[l + 1] + j * ACROSS + c);
        net->b[l][j] -= step * sum(total);
    }
}

INLINE double learn(Net *net, Batch *s, const double *t, long count, double rate) {
    forward(net, s->a, ACROSS, ACROSS);
    double loss = LOSS == HALF_SQUARED_ERROR ? half_squared_error(s, t) : softmax_cross_entropy(s, t);
    UNROLL for (int l = LAYERS - 1; l >= 0; l--) {
        if (l > 0) {
            Product back = {net->w[l], 1, whole(size[l]), s->d[l + 1], ACROSS, s->d[l], ACROSS, NULL, 0};
            product(PLAIN, back, size[l], ACROSS, size[l + 1]);
            times_slope(activation(l - 1), s->d[l], s->a[l], size[l] * ACROSS);
        }
        descend(net, s, l, count, rate / (double)count);
    }
    return loss;
}

// [batch][column][sample], each batch filled up with zeros.
static double *by_batches(const double *from, long n, long columns) {
    double *to = zeros((n + BATCH - 1) / BATCH * columns * ACROSS);
    for (long i = 0; i < n; i++) {
        for (long c = 0; c < columns; c++) {
            to[(i / BATCH * columns + c) * ACROSS + i % BATCH] = from[i * columns + c];
        }
    }
    return to;
}

static double *by_samples(const double *from, long n, long columns) {
    double *to = zeros(n * whole(columns));
    for (long i = 0; i < n; i++) memcpy(to + i * whole(columns), from + i * columns, 8 * (size_t)columns);
    return to;
}

void train_batches(double rate, long n, const double *X, const double *T, long epochs, double *parameters,
                   double *losses) {
    Net net = open_net(parameters);
    double *x = by_batches(X, n, size[0]), *t = by_batches(T, n, size[LAYERS]), *xt = by_samples(X, n, size[0]);
    Batch s = {.mask = zeros(2 * ACROSS)};
    for (int l = 1; l <= LAYERS; l++) {
        s.a[l] = zeros(size[l] * ACROSS), s.d[l] = zeros(size[l] * ACROSS), s.at[l] = zeros(BATCH * whole(size[l]));
    }
    Batch rest = s;
    rest.mask += ACROSS;
    for (long i = 0; i < BATCH; i++) s.mask[i] = 1.0, rest.mask[i] = i < n % BATCH;
    for (long epoch = 0; epoch < epochs; epoch++) {
        double total = 0.0;
        for (long from = 0, k = 0; from < n; from += BATCH, k++) {
            Batch *now = from + BATCH <= n ? &s : &rest;
            now->a[0] = x + k * size[0] * ACROSS;
            now->at[0] = xt + from * whole(size[0]);
            total += learn(&net, now, t + k * size[LAYERS] * ACROSS, from + BATCH <= n ? BATCH : n % BATCH, rate);
        }
        losses[epoch] = total / (double)n;
    }
    for (int l = 1; l <= LAYERS; l++) free(s.a[l]), free(s.d[l]), free(s.at[l]);
    free(x), free(t), free(xt), free(s.mask);
    close_net(net, parameters);
}

// --- one sample at a time: the neurons of a layer stand side by side in vectors ----------------------------

// out = start + Σ_k left[k] · rows[k]: four sums at once, because each waits for its own last addition.
INLINE void combine(double *out, const double *start, const double *left, const double *rows, long depth, long n) {
    for (long c = 0; c < n; c += LANES) {
        vec x0 = start ? load(start + c) : all(0.0), x1 = all(0.0), x2 = all(0.0), x3 = all(0.0);
        const double *row = rows + c;
        long k = 0;
        for (; k + 4 <= depth; k += 4, row += 4 * n) {
            x0 += left[k] * load(row), x1 += left[k + 1] * load(row + n);
            x2 += left[k + 2] * load(row + 2 * n), x3 += left[k + 3] * load(row + 3 * n);
        }
        for (; k < depth; k++, row += n) x0 += left[k] * load(row);
        store(out + c, (x0 + x1) + (x2 + x3));
    }
}

INLINE void subtract_outer(double *w, const double *left, const double *right, double step, long rows, long n) {
    for (long k = 0; k < rows; k++) {
        double scale = step * left[k];
        for (long c = 0; c < n; c += LANES) store(w + k * n + c, load(w + k * n + c) - scale * load(right + c));
    }
}

INLINE void forward_one(const Net *net, double *const *a) {
    UNROLL for (int l = 0; l < LAYERS; l++) {
        if (size[l + 1] == 1) {
            vec x = all(0.0);
            for (long c = 0; c < whole(size[l]); c += LANES) x += load(a[l] + c) * load(net->w[l] + c);
            store(a[l + 1], load(net->b[l]) + sum(x));
        } else {
            combine(a[l + 1], net->b[l], a[l], net->wt[l], size[l], whole(size[l + 1]));
        }
        activate_each(activation(l), a[l + 1], whole(size[l + 1]));
    }
}

INLINE double learn_one(Net *net, double *const *a, double *const *d, const double *t, const double *mask,
                        double rate) {
    forward_one(net, a);
    vec total = all(0.0);
    for (long c = 0; c < whole(size[LAYERS]); c += LANES) {
        vec o = load(a[LAYERS] + c), error = (o - load(t + c)) * load(mask + c);
        store(d[LAYERS] + c, error * slope(activation(LAYERS - 1), o));
        total += 0.5 * error * error;
    }
    UNROLL for (int l = LAYERS - 1; l >= 0; l--) {
        long sources = size[l], targets = size[l + 1], across = whole(sources), along = whole(targets);
        if (l > 0) {
            combine(d[l], NULL, d[l + 1], net->w[l], targets, across);
            times_slope(activation(l - 1), d[l], a[l], across);
            for (long i = sources; i < across; i++) a[l][i] = 0.0; // a sigmoid makes ½ of nothing
        }
        // Both are the same numbers: what comes forward reads wt but for a single target, what goes back reads w.
        if (targets > 1) subtract_outer(net->wt[l], a[l], d[l + 1], rate, sources, along);
        if (targets == 1 || l > 0) subtract_outer(net->w[l], d[l + 1], a[l], rate, targets, across);
        for (long c = 0; c < along; c += LANES) {
            store(net->b[l] + c, load(net->b[l] + c) - rate * load(d[l + 1] + c));
        }
    }
    return sum(total);
}

// BATCH is 1 and the loss ½ Σ(t−o)².
void train_samples(double rate, long n, const double *X, const double *T, long epochs, double *parameters,
                   double *losses) {
    Net net = open_net(parameters);
    double *x = by_samples(X, n, size[0]), *t = by_samples(T, n, size[LAYERS]), *mask = zeros(whole(size[LAYERS]));
    double *a[LAYERS + 1], *d[LAYERS + 1];
    for (int l = 1; l <= LAYERS; l++) a[l] = zeros(whole(size[l])), d[l] = zeros(whole(size[l]));
    for (int j = 0; j < size[LAYERS]; j++) mask[j] = 1.0;
    for (long epoch = 0; epoch < epochs; epoch++) {
        double total = 0.0;
        for (long i = 0; i < n; i++) {
            a[0] = x + i * whole(size[0]);
            total += learn_one(&net, a, d, t + i * whole(size[LAYERS]), mask, rate);
        }
        losses[epoch] = total / (double)n;
    }
    for (int j = 0; j < size[1] && size[1] > 1; j++) { // nothing read these, so that they were left behind
        for (int i = 0; i < size[0]; i++) net.w[0][j * whole(size[0]) + i] = net.wt[0][i * whole(size[1]) + j];
    }
    for (int l = 1; l <= LAYERS; l++) free(a[l]), free(d[l]);
    free(x), free(t), free(mask);
    close_net(net, parameters);
}

// --- a map ---------------------------------------------------------------------------------------------------

// All activations `frames` times over; `maps` is [neuron][sample], the inputs' rows first and filled in already.
// It must be aligned to 64 bytes, and n a multiple of 8.
void draw(long n, long frames, const double *parameters, double *maps) {
    enum { SAMPLES = 64 }; // few enough to stay in the nearest cache
    Net net = open_net(parameters);
    for (long frame = 0; frame < frames; frame++) {
        for (long from = 0; from < n; from += SAMPLES) {
            double *a[LAYERS + 1] = {maps + from};
            for (int l = 0; l < LAYERS; l++) a[l + 1] = a[l] + size[l] * n;
            forward(&net, a, n - from < SAMPLES ? n - from : SAMPLES, n);
        }
    }
    for (int l = 0; l < LAYERS; l++) free(net.w[l]), free(net.wt[l]), free(net.b[l]);
}
