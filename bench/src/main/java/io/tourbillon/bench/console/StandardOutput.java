package io.tourbillon.bench.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers its first failure. A {@link PrintStream} only remembers that there
 * was one, and most programs never check.
 */
public final class StandardOutput extends OutputStream {
  /**
   * The system's message for writing to a pipe whose reader has gone. The JDK has no type for it.
   */
  private static final String BROKEN_PIPE = "Broken pipe";

  private final OutputStream out;

  /** null -> the first failure. Written by the thread that prints, read at the end. */
  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Installs it as {@link System#out}, so that libraries print through it, too. */
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
   * Returns the exit code of a command that has printed everything: its own code, or if that is
   * zero and not everything was written, the code for that. Prints any failure except a closed pipe
   * to {@code err}.
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
