package io.tourbillon.bench.console;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a whole file: a reader sees the old content or the new, never a part, and a full disk
 * leaves the old file in place. The text goes to a new file in the same folder, which is then moved
 * into place. Devices and pipes cannot be replaced by a move, so they are written directly.
 */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Checks, as far as possible in advance, that a file can be written: it must not be a folder, its
   * folder must exist, and if the file exists it must be writable.
   *
   * @param kind what the file is, as in {@code the page}
   * @throws FileRefusedException if it cannot be written
   */
  public static void requireWritable(Path file, String kind) throws FileRefusedException {
    Path folder = folderOf(file);
    if (Files.isDirectory(file)) {
      throw FileRefusedException.of(kind + " must be a file, not a folder", file, null);
    }
    if (!Files.isDirectory(folder)) {
      throw FileRefusedException.of(kind + " must be in a folder that is there", file, null);
    }
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw FileRefusedException.of(kind + " must not be a link to nothing", file, null);
    }
    if (Files.exists(file) ? !Files.isWritable(file) : !Files.isWritable(folder)) {
      throw FileRefusedException.of(kind + " must be writable", file, null);
    }
  }

  /**
   * Writes a file in UTF-8. Follows a link, and keeps the permissions of a file that it replaces.
   *
   * @param kind what the file is, as in {@code the page}
   * @throws FileRefusedException if it cannot be written
   */
  public static void write(Path file, String kind, String text) throws FileRefusedException {
    requireWritable(file, kind);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      if (!Files.exists(file)) {
        replace(file, bytes);
      } else if (Files.isRegularFile(file)) {
        replace(file.toRealPath(), bytes);
      } else {
        write(bytes, file, StandardOpenOption.WRITE);
      }
    } catch (IOException failure) {
      throw FileRefusedException.of(kind + " must be writable", file, failure);
    }
  }

  private static void replace(Path file, ByteBuffer bytes) throws IOException {
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path part = folderOf(file).resolve(".tourbillon-" + random + ".part");
    try {
      write(bytes, part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      passOnPermissions(file, part);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      // It still exists only if something has failed.
      Files.deleteIfExists(part);
    }
  }

  private static void write(ByteBuffer bytes, Path file, StandardOpenOption... options)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, options)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (Files.isRegularFile(file)) {
        // Before the move, because otherwise a crash of the machine may leave an empty file in
        // place.
        channel.force(true);
      }
    }
  }

  private static void passOnPermissions(Path file, Path part) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(part, PosixFileAttributeView.class);
    if (posix != null && Files.exists(file)) {
      posix.setPermissions(Files.getPosixFilePermissions(file));
    }
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file.toAbsolutePath());
  }
}
