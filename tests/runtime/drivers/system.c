/* Files, environment, processes, searching and comparing. */
#include "check.h"

#include <errno.h>
#include <math.h>

static void files(void) {
    static const uint8_t data[] = "line\0with zero\n";
    const uint8_t *name = (const uint8_t *)"made.txt";
    sigil_buffer content = text_of("replaced");
    CHECK(sigil_fs_write_file(name, 8, data, 15) == 0);
    CHECK(sigil_fs_read_file(name, 8, &content) == 0);
    CHECK(content.length == 15 && memcmp(content.data, data, 15) == 0);
    CHECK(sigil_fs_read_file((const uint8_t *)"missing", 7, &content) == ENOENT && content.length == 15);
    CHECK(sigil_fs_read_file((const uint8_t *)".", 1, &content) == EISDIR);
    CHECK(sigil_fs_read_file((const uint8_t *)"a\0b", 3, &content) == EINVAL);
    CHECK(sigil_fs_read_file((const uint8_t *)"/proc/self/status", 17, &content) == 0 && content.length > 100);
    release_text(&content);
    sigil_buffer why;
    sigil_os_error_text(&why, ENOENT);
    CHECK(text_is(&why, "No such file or directory"));
    release_text(&why);
}

static void environment(void) {
    sigil_buffer value = empty_text(), all;
    CHECK(sigil_env_var((const uint8_t *)"SET_FOR_TEST", 12, &value) && text_is(&value, "grün"));
    CHECK(!sigil_env_var((const uint8_t *)"SURELY_NOT_SET", 14, &value) && text_is(&value, "grün"));
    release_text(&value);
    sigil_env_args(&all);
    CHECK(all.length == 4);
    const sigil_buffer *items = (const sigil_buffer *)(void *)all.data;
    CHECK(text_is(&items[2], "x y") && text_is(&items[3], "b\xEF\xBF\xBD\x62"));
    release_buffer(&all, &text_type);
}

static int32_t run(const char *command, sigil_buffer *out) {
    return sigil_process_run((const uint8_t *)command, (int64_t)strlen(command), out);
}

static void processes(void) {
    sigil_buffer out = empty_text();
    sigil_print((const uint8_t *)"first\n", 6);
    CHECK(run("echo second >&2; printf 'a b'; exit 3", &out) == 3 && text_is(&out, "a b"));
    CHECK(run("kill -9 $$", &out) == 128 + 9 && out.length == 0);
    CHECK(run("head -c 300000 /dev/zero", &out) == 0 && out.length == 300000);
    release_text(&out);
}

static int64_t find(const char *text, const char *part, uint64_t from) {
    return sigil_str_find((const uint8_t *)text, (int64_t)strlen(text), (const uint8_t *)part, (int64_t)strlen(part), from);
}

static int32_t order(const char *a, const char *b) {
    return sigil_str_compare((const uint8_t *)a, (int64_t)strlen(a), (const uint8_t *)b, (int64_t)strlen(b));
}

static void searching(void) {
    CHECK(find("abcabc", "bc", 0) == 1 && find("abcabc", "bc", 2) == 4 && find("abcabc", "bc", 5) == -1);
    CHECK(find("abc", "", 0) == 0 && find("abc", "", 3) == 3 && find("abc", "", 4) == -1 && find("", "x", 0) == -1);
    CHECK(order("a", "b") == -1 && order("b", "a") == 1 && order("a", "a") == 0 && order("a", "ab") == -1);
    CHECK(order("ab", "a") == 1 && order("", "") == 0 && order("\xC3\xA4", "z") == 1);
}

static void floats(void) {
    double rising[] = {-INFINITY, -1.5, -0.0, 0.0, 1e-300, 2, INFINITY, NAN};
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++) CHECK(sigil_f64_total_compare(rising[i], rising[j]) == (i > j) - (i < j));
    CHECK(sigil_f64_total_compare(-NAN, INFINITY) == 1);
    CHECK(sigil_math_round(-2.5) == -3 && sigil_math_ln(1) == 0 && sigil_math_pow(2, 10) == 1024);
    CHECK(sigil_math_fmod(-7, 3) == -1 && fabs(sigil_math_cbrt(27) - 3) < 1e-12);
}

static void hashes(void) {
    uint8_t bytes[40] = {0};
    uint64_t seen[41];
    for (int64_t length = 0; length <= 40; length++) { /* zeros of each length, all different */
        seen[length] = sigil_hash_str(bytes, length);
        for (int64_t i = 0; i < length; i++) CHECK(seen[i] != seen[length]);
    }
    for (int64_t length = 1; length <= 40; length++)
        for (int64_t i = 0; i < length; i++) { /* each byte counts */
            bytes[i] = 1;
            CHECK(sigil_hash_str(bytes, length) != seen[length]);
            bytes[i] = 0;
        }
    CHECK(sigil_hash_combine(1, 2) != sigil_hash_combine(2, 1));
    int64_t before = sigil_clock_ns();
    CHECK(sigil_clock_ns() >= before && before > 0);
    (void)printf("%llx\n", (unsigned long long)sigil_hash_u64(1));
}

static void output(void) {
    static uint8_t block[100000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 30; i++) sigil_print(block, 1 + i * 3000);
    sigil_eprint((const uint8_t *)"error\n", 6);
}

int32_t sigil_program(void) {
    if (is_case("files")) files();
    else if (is_case("environment")) environment();
    else if (is_case("processes")) processes();
    else if (is_case("searching")) searching();
    else if (is_case("floats")) floats();
    else if (is_case("hashes")) hashes();
    else if (is_case("output")) output();
    else return 8;
    return 0;
}
