/* Files and folders. What returns an error gives 0 or errno; a path with a zero inside is EINVAL. */
#include "rt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_STEP (1 << 18)
#define READ_STEP (1 << 16)

int rt_read_all(int descriptor, sigil_buffer *content) {
    struct stat about;
    int64_t expected = fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0;
    for (int64_t step = expected + 1;; step = READ_STEP) {
        /* Where there is room, the end may be next: growing only to find it would be dear. */
        int64_t room = content->owner->capacity - content->owner->used;
        if (content->length > 0 && room > 0) step = room;
        uint8_t *end = rt_text_grow(content, step);
        ssize_t got = read(descriptor, end, (size_t)step);
        if (got == 0) return 0;
        if (got > 0) rt_text_extend(content, got);
        else if (errno != EINTR) return errno;
    }
}

int rt_open_file(const uint8_t *path, int64_t length, int flags, int *error) {
    char *name = rt_c_string(path, length);
    if (!name) {
        *error = EINVAL;
        return -1;
    }
    int descriptor = open(name, flags | O_CLOEXEC, 0666);
    *error = descriptor < 0 ? errno : 0;
    free(name);
    return descriptor;
}

int32_t sigil_fs_read_file(const uint8_t *path, int64_t path_length, sigil_buffer *place) {
    int error, descriptor = rt_open_file(path, path_length, O_RDONLY, &error);
    if (descriptor < 0) return error;
    sigil_buffer content = rt_text_empty();
    error = rt_read_all(descriptor, &content);
    (void)close(descriptor);
    if (error) rt_release_text(&content);
    else rt_replace_text(place, content);
    return error;
}

int32_t sigil_fs_write_file(const uint8_t *path, int64_t path_length, const uint8_t *data, int64_t length, bool appends) {
    int error, descriptor = rt_open_file(path, path_length, O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC), &error);
    if (descriptor < 0) return error;
    error = rt_write_all(descriptor, data, length) ? 0 : errno;
    if (close(descriptor) != 0 && !error) error = errno;
    return error;
}

static int copy_content(int from, int to) {
    uint8_t *block = malloc(COPY_STEP);
    if (!block) rt_die("out of memory");
    int error = 0;
    for (ssize_t got = 1; got != 0 && !error;) {
        got = read(from, block, COPY_STEP);
        if (got < 0 && errno != EINTR) error = errno;
        else if (got > 0 && !rt_write_all(to, block, got)) error = errno;
    }
    free(block);
    return error;
}

int32_t sigil_fs_copy_file(const uint8_t *from, int64_t from_length, const uint8_t *to, int64_t to_length) {
    int error, source = rt_open_file(from, from_length, O_RDONLY, &error);
    if (source < 0) return error;
    struct stat about, other;
    if (fstat(source, &about) != 0) error = errno;
    else if (S_ISDIR(about.st_mode)) error = EISDIR;
    int target = error ? -1 : rt_open_file(to, to_length, O_WRONLY | O_CREAT, &error);
    if (target >= 0) {
        /* A file copied onto itself must not be emptied first. */
        bool is_same = fstat(target, &other) == 0 && other.st_dev == about.st_dev && other.st_ino == about.st_ino;
        if (!is_same && (ftruncate(target, 0) != 0 && errno != EINVAL)) error = errno;
        if (!is_same && !error) error = copy_content(source, target);
        if (!is_same && !error && S_ISREG(other.st_mode)) (void)fchmod(target, about.st_mode & 07777);
        if (close(target) != 0 && !error) error = errno;
    }
    (void)close(source);
    return error;
}

/* ---- Names ---- */

int32_t sigil_fs_change(const uint8_t *path, int64_t length, uint32_t change) {
    char *name = rt_c_string(path, length);
    if (!name) return EINVAL;
    int done = -1;
    switch (change) {
        case SIGIL_REMOVE_FILE: done = unlink(name); break;
        case SIGIL_REMOVE_FOLDER: done = rmdir(name); break;
        case SIGIL_CREATE_FOLDER: done = mkdir(name, 0777); break;
        case SIGIL_ENTER_FOLDER: done = chdir(name); break;
        default: errno = ENOSYS;
    }
    int error = done == 0 ? 0 : errno;
    free(name);
    return error;
}

int32_t sigil_fs_rename(const uint8_t *from, int64_t from_length, const uint8_t *to, int64_t to_length) {
    char *old = rt_c_string(from, from_length), *new = rt_c_string(to, to_length);
    int error = !old || !new ? EINVAL : rename(old, new) == 0 ? 0 : errno;
    free(old);
    free(new);
    return error;
}

int32_t sigil_fs_real_path(const uint8_t *path, int64_t length, sigil_buffer *place) {
    char *name = rt_c_string(path, length);
    char *found = name ? realpath(name, NULL) : NULL;
    int error = found ? 0 : name ? errno : EINVAL;
    free(name);
    if (found) rt_replace_text(place, rt_valid_text(found));
    free(found);
    return error;
}

static sigil_buffer words(const int64_t *values, int64_t count) {
    sigil_buffer_header *owner = sigil_buffer_new(count, (int64_t)sizeof *values);
    memcpy(rt_buffer_data(owner), values, (size_t)count * sizeof *values);
    owner->used = count;
    return (sigil_buffer){.data = rt_buffer_data(owner), .length = count, .owner = owner};
}

/* Kind (the bits of S_IFMT), size in bytes, last change in nanoseconds since 1970, permissions. */
void sigil_fs_metadata(sigil_buffer *out, const uint8_t *path, int64_t length, bool follows, int32_t *error) {
    struct stat about;
    memset(&about, 0, sizeof about);
    char *name = rt_c_string(path, length);
    int done = !name ? -1 : follows ? stat(name, &about) : lstat(name, &about);
    *error = done == 0 ? 0 : name ? errno : EINVAL;
    free(name);
    int64_t changed = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
    int64_t found[] = {about.st_mode & S_IFMT, (int64_t)about.st_size, changed, about.st_mode & 07777};
    *out = words(found, (int64_t)(sizeof found / sizeof *found));
}

static const char *next_name(DIR *folder) {
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) return entry->d_name;
    return NULL;
}

/* The names, in no order. Counted first, so that what is added meanwhile may be missing. */
void sigil_fs_read_dir(sigil_buffer *out, const uint8_t *path, int64_t length, int32_t *error) {
    char *name = rt_c_string(path, length);
    DIR *folder = name ? opendir(name) : NULL;
    *error = folder ? 0 : name ? errno : EINVAL;
    free(name);
    int64_t count = 0, found = 0;
    while (folder && next_name(folder)) count++;
    sigil_buffer_header *owner = sigil_buffer_new(count, (int64_t)sizeof(sigil_buffer));
    sigil_buffer *items = (sigil_buffer *)(void *)rt_buffer_data(owner);
    if (folder) rewinddir(folder);
    for (const char *one; found < count && (one = next_name(folder)) != NULL;) items[found++] = rt_valid_text(one);
    if (folder) (void)closedir(folder);
    owner->used = found;
    *out = (sigil_buffer){.data = rt_buffer_data(owner), .length = found, .owner = owner};
}
