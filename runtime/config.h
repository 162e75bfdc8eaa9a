/* The switches and sizes of the runtime, all in one place. */
#ifndef RT_CONFIG_H
#define RT_CONFIG_H

#if defined(__GNUC__) && !defined(__clang__) && !defined(__EXCEPTIONS)
#error "compile the runtime with -fexceptions: panics unwind through its frames and run their cleanups"
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RT_SANITIZED 1
#endif
#endif
#ifndef RT_SANITIZED
#define RT_SANITIZED 0
#endif

/* Small blocks come from free lists, unless a checker should see each of them: sanitizers here, valgrind by
 * -DRT_POOLS=0. */
#ifndef RT_POOLS
#define RT_POOLS (!RT_SANITIZED)
#endif

#define RT_ALIGNMENT 64                    /* of the data of large buffers: vector loops run 1.5 times as fast */
#define RT_LARGE_FROM ((int64_t)4 << 20)    /* bytes of a block from which on it is a mapping of its own */
#define RT_CHUNK_SIZE ((int64_t)1 << 16)   /* bytes of small blocks of one size that are got at a time */
#define RT_CHUNK_RANGE ((uint64_t)1 << 36) /* bytes of addresses for them … */
#define RT_CHUNK_LEAST ((uint64_t)1 << 30) /* … and how few will do */
#define RT_INPUT_SIZE ((int64_t)1 << 16)   /* bytes of stdin that are read at once */
#define RT_MAX_PRECISION ((int64_t)100000)  /* digits behind the point, at most */
#define RT_OUTPUT_SIZE ((int64_t)1 << 16)  /* bytes of stdout that are held back */
#define RT_TURN_MESSAGES 128               /* messages that an actor handles before the next one's turn */
#define RT_SIGNAL_STACK ((size_t)1 << 16)  /* bytes for the handler of stack overflows */

#define RT_STATUS_PANIC 101
#define RT_STATUS_LEAK 104

#define rt_likely(x) __builtin_expect(!!(x), 1)
#define rt_unlikely(x) __builtin_expect(!!(x), 0)

#endif
