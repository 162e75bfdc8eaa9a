/* Files, environment, processes, input, searching and comparing. */
#include "check.h"

#include <errno.h>
#include <math.h>

static int32_t change(const char *path, uint32_t kind) {
    return sigil_fs_change((const uint8_t *)path, (int64_t)strlen(path), kind);
}

/* Where `copy` is a file with 19 bytes. */
static void folders(void) {
    int32_t error = -1;
    CHECK(change("folder", SIGIL_CREATE_FOLDER) == 0 && change("folder", SIGIL_CREATE_FOLDER) == EEXIST);
    CHECK(sigil_fs_rename((const uint8_t *)"copy", 4, (const uint8_t *)"folder/b", 8) == 0);
    CHECK(sigil_fs_rename((const uint8_t *)"copy", 4, (const uint8_t *)"b", 1) == ENOENT);
    CHECK(change("folder", SIGIL_REMOVE_FOLDER) == ENOTEMPTY && change("folder", SIGIL_REMOVE_FILE) == EISDIR);
    sigil_buffer found, path = empty_text();
    sigil_fs_read_dir(&found, (const uint8_t *)"folder", 6, &error);
    CHECK(error == 0 && found.length == 1 && text_is((const sigil_buffer *)(void *)found.data, "b"));
    release_buffer(&found, &text_type);
    sigil_fs_read_dir(&found, (const uint8_t *)"missing", 7, &error);
    CHECK(error == ENOENT && found.length == 0);
    release_buffer(&found, &text_type);
    sigil_fs_metadata(&found, (const uint8_t *)"folder/b", 8, true, &error);
    const int64_t *about = (const int64_t *)(const void *)found.data;
    CHECK(error == 0 && found.length == 4 && about[0] == 0100000 && about[1] == 19 && about[2] > 0 && about[3] != 0);
    release_text(&found);
    sigil_fs_metadata(&found, (const uint8_t *)"a\0b", 3, false, &error);
    CHECK(error == EINVAL && found.length == 4);
    release_text(&found);
    CHECK(sigil_fs_real_path((const uint8_t *)"folder/../folder/b", 18, &path) == 0 && path.length > 9 && path.data[0] == '/');
    CHECK(sigil_fs_real_path((const uint8_t *)"missing", 7, &path) == ENOENT);
    release_text(&path);
    CHECK(change("folder/b", SIGIL_REMOVE_FILE) == 0 && change("folder", SIGIL_ENTER_FOLDER) == 0);
    CHECK(change("../folder", SIGIL_REMOVE_FOLDER) == 0);
}

static void files(void) {
    static const uint8_t data[] = "line\0with zero\n";
    const uint8_t *name = (const uint8_t *)"made.txt";
    sigil_buffer content = text_of("replaced");
    CHECK(sigil_fs_write_file(name, 8, data, 15, false) == 0);
    CHECK(sigil_fs_read_file(name, 8, &content) == 0);
    CHECK(content.length == 15 && memcmp(content.data, data, 15) == 0);
    CHECK(sigil_fs_read_file((const uint8_t *)"missing", 7, &content) == ENOENT && content.length == 15);
    CHECK(sigil_fs_read_file((const uint8_t *)".", 1, &content) == EISDIR);
    CHECK(sigil_fs_read_file((const uint8_t *)"a\0b", 3, &content) == EINVAL);
    CHECK(sigil_fs_read_file((const uint8_t *)"/proc/self/status", 17, &content) == 0 && content.length > 100);
    CHECK(sigil_fs_write_file(name, 8, data, 4, true) == 0 && sigil_fs_read_file(name, 8, &content) == 0);
    CHECK(content.length == 19 && memcmp(content.data + 15, "line", 4) == 0);
    CHECK(sigil_fs_copy_file(name, 8, name, 8) == 0 && sigil_fs_read_file(name, 8, &content) == 0 && content.length == 19);
    CHECK(sigil_fs_copy_file(name, 8, (const uint8_t *)"copy", 4) == 0);
    CHECK(sigil_fs_copy_file((const uint8_t *)".", 1, (const uint8_t *)"x", 1) == EISDIR);
    release_text(&content);
    folders();
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

/* Runs `sh -c command` with this input. */
static int32_t run(const char *command, sigil_buffer input, sigil_buffer *out, sigil_buffer *errors) {
    sigil_buffer arguments[] = {text_of("-c"), text_of(command)};
    int32_t status = -1;
    CHECK(sigil_process_run((const uint8_t *)"sh", 2, (const uint8_t *)arguments, 2, input.data, input.length, out, errors,
                            &status) == 0);
    release_text(&arguments[0]);
    release_text(&arguments[1]);
    return status;
}

static void processes(void) {
    sigil_buffer out = empty_text(), errors = empty_text(), input = text_of("some input"), large = empty_text();
    sigil_print((const uint8_t *)"first\n", 6);
    CHECK(run("echo second >&2; printf 'a b'; exit 3", input, &out, &errors) == 3);
    CHECK(text_is(&out, "a b") && text_is(&errors, "second\n"));
    CHECK(run("kill -9 $$", input, &out, &errors) == 128 + 9 && text_is(&out, "a b"));
    CHECK(run("cat", input, &out, &errors) == 0 && text_is(&out, "a bsome input"));
    for (int i = 0; i < 100000; i++) sigil_text_append(&large, (const uint8_t *)"0123456789", 10);
    release_text(&out);
    out = empty_text();
    CHECK(run("cat; head -c 300000 /dev/zero >&2", large, &out, &errors) == 0);
    CHECK(out.length == 1000000 && errors.length == 300000 + 7);
    CHECK(run("exit 4", large, &out, &errors) == 4); /* reads nothing: that is no reason to end here */
    int32_t status = -1;
    CHECK(sigil_process_run((const uint8_t *)"no-such-program", 15, NULL, 0, NULL, 0, &out, &errors, &status) == ENOENT);
    CHECK(sigil_process_run((const uint8_t *)"a\0b", 3, NULL, 0, NULL, 0, &out, &errors, &status) == EINVAL && status == -1);
    release_text(&out);
    release_text(&errors);
    release_text(&input);
    release_text(&large);
}

static void input(void) {
    sigil_buffer line = empty_text();
    CHECK(sigil_input_line(&line) == 0 && text_is(&line, "first\r\n"));
    CHECK(sigil_input_line(&line) == 0 && line.length == 7 + 200001);
    release_text(&line);
    line = empty_text();
    CHECK(sigil_input_rest(&line) == 0 && text_is(&line, "third\nfourth"));
    CHECK(sigil_input_line(&line) == -1 && sigil_input_rest(&line) == 0 && line.length == 12);
    release_text(&line);
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
    else if (is_case("input")) input();
    else if (is_case("searching")) searching();
    else if (is_case("floats")) floats();
    else if (is_case("hashes")) hashes();
    else if (is_case("output")) output();
    else return 8;
    return 0;
}
