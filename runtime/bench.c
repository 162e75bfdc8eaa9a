/* The clock of a benchmark: says how often to call it next, and keeps how long each batch of calls took.
 *
 * First come batches of twice the size each, until one is long enough to be measured; then batches of equal length.
 */
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Nanoseconds of one batch, and of all that are measured; at least RT_BENCH_SAMPLES batches, however long they take. */
enum { RT_BENCH_BATCH_NS = 10000000, RT_BENCH_TOTAL_NS = 500000000, RT_BENCH_SAMPLES = 3, RT_BENCH_MAX_SAMPLES = 200 };

/* All of it belongs to the thread that runs the benchmark. */
static struct {
    int64_t started;
    int64_t total;
    int64_t batch;
    bool is_warm;
    int count;
    int64_t samples[RT_BENCH_MAX_SAMPLES];
} bench;

/* The time that this process has computed, whatever else the machine did. */
static int64_t cpu_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Tells the file that SIGIL_BENCH names: a line with the size of the batches, then one with the nanoseconds of each. */
static void report(void) {
    const char *path = getenv("SIGIL_BENCH");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    (void)fprintf(file, "%lld\n", (long long)bench.batch);
    for (int i = 0; i < bench.count; i++) (void)fprintf(file, "%lld\n", (long long)bench.samples[i]);
    (void)fclose(file);
}

static void warm_up(int64_t took) {
    if (took < RT_BENCH_BATCH_NS) {
        bench.batch *= 2;
        return;
    }
    bench.is_warm = true;
    int64_t each = took / bench.batch;
    bench.batch = each >= RT_BENCH_BATCH_NS ? 1 : RT_BENCH_BATCH_NS / (each > 0 ? each : 1);
}

int64_t sigil_bench_batch(void) {
    if (bench.batch == 0) {
        bench.batch = 1;
    } else if (!bench.is_warm) {
        warm_up(cpu_ns() - bench.started);
    } else {
        int64_t took = cpu_ns() - bench.started;
        bench.samples[bench.count++] = took;
        bench.total += took;
        bool is_enough = bench.total >= RT_BENCH_TOTAL_NS && bench.count >= RT_BENCH_SAMPLES;
        if (is_enough || bench.count == RT_BENCH_MAX_SAMPLES) {
            report();
            return 0;
        }
    }
    bench.started = cpu_ns();
    return bench.batch;
}

/* Being compiled apart, this may do anything with the place as far as the caller can tell. */
void sigil_observe(void *place) {
    (void)place;
}
