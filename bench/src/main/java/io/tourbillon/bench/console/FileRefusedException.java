package io.tourbillon.bench.console;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a file cannot be read or written as requested. Its message is one line for users: the
 * rule, and the file or the value that breaks it.
 */
public final class FileRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String line;

  public FileRefusedException(String message) {
    this(message, null);
  }

  private FileRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
    line = OneLine.of(message);
  }

  /** Never null. */
  @Override
  public String getMessage() {
    return line;
  }

  /** Makes the message of a rule, the file that breaks it, and the cause. */
  static FileRefusedException of(String rule, Path file, @Nullable IOException cause) {
    return cause == null
        ? new FileRefusedException(rule + ": " + file)
        : new FileRefusedException(rule + ": " + file + ": " + OneLine.cause(cause), cause);
  }
}
