package io.tourbillon.bench.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads whole text files, up to a limit of bytes. */
public final class InputFile {
  private InputFile() {}

  /**
   * Reads a file, device or pipe.
   *
   * @param kind what the file is expected to be, as in {@code a file of results}
   * @param mostBytes the maximum size
   * @throws FileRefusedException if there is no such file, or it cannot be read, is too long or is
   *     not UTF-8
   */
  public static String read(Path file, String kind, int mostBytes) throws FileRefusedException {
    return decoded(bytes(file, kind, mostBytes), file, kind);
  }

  private static byte[] bytes(Path file, String kind, int mostBytes) throws FileRefusedException {
    if (Files.isDirectory(file)) {
      throw FileRefusedException.of(kind + " must be a file, not a folder", file, null);
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(mostBytes + 1);
    } catch (NoSuchFileException absent) {
      throw FileRefusedException.of("there must be " + kind, file, null);
    } catch (IOException unreadable) {
      throw FileRefusedException.of(kind + " must be readable", file, unreadable);
    }
    if (bytes.length > mostBytes) {
      throw FileRefusedException.of(
          kind + " must have at most " + (mostBytes >> 20) + " MiB", file, null);
    }
    return bytes;
  }

  private static String decoded(byte[] bytes, Path file, String kind) throws FileRefusedException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      throw new FileRefusedException(
          kind
              + " must be UTF-8: byte 0x"
              + Integer.toHexString(Byte.toUnsignedInt(bytes[in.position()]))
              + " at "
              + in.position()
              + " in "
              + file);
    }
    return out.flip().toString();
  }
}
