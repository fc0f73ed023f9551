package io.tourbillon.bench.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it failed first. A {@link PrintStream} only remembers that it
 * did, and most programs never ask it.
 */
public final class StandardOutput extends OutputStream {
  /** What the system calls the end of a pipe whose reader has gone; the JDK has no type for it. */
  private static final String BROKEN_PIPE = "Broken pipe";

  private final OutputStream out;

  /** null -> the first failure; written by whoever prints, read at the end. */
  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Puts it in the place of {@link System#out}, so that libraries print by it, too. */
  public static StandardOutput install() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, System.out.charset()));
    return output;
  }

  @Override
  public void write(int singleByte) throws IOException {
    write(new byte[] {(byte) singleByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException failed) {
      if (failure == null) {
        failure = failed;
      }
      throw failed;
    }
  }

  /**
   * The exit code of a command that has printed all it had to say: its own, unless that is zero and
   * not all was written. Any failure but a closed pipe is also printed to {@code err}.
   */
  public int exitCode(int ofCommand, PrintStream err) {
    IOException failed = failure;
    if (failed == null) {
      return ofCommand;
    }
    boolean closed = BROKEN_PIPE.equals(failed.getMessage());
    if (!closed) {
      err.println("standard output must be writable: " + OneLine.cause(failed));
    }
    if (ofCommand != ExitCode.OK.code()) {
      return ofCommand;
    }
    return closed ? ExitCode.OUTPUT_CLOSED.code() : ExitCode.FAILED.code();
  }
}
