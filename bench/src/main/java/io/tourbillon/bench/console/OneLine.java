package io.tourbillon.bench.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import java.util.Objects;

/** Makes messages of one line for a terminal. */
public final class OneLine {
  private static final int MOST_CHARACTERS = 1_500;

  /** What is kept of the end of a longer text: it has the value. */
  private static final int LAST_CHARACTERS = 300;

  private OneLine() {}

  /** Leaves out the middle of a text that is longer than a terminal shows. */
  public static String bounded(String text) {
    return text.length() <= MOST_CHARACTERS
        ? text
        : text.substring(0, MOST_CHARACTERS - LAST_CHARACTERS)
            + " ... "
            + text.substring(text.length() - LAST_CHARACTERS);
  }

  /**
   * Replaces characters that would break the line or change how a terminal shows it, such as line
   * feeds, escape sequences and marks of direction, by {@code \\u} and their number.
   */
  public static String of(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            character -> {
              if (isHarmless(character)) {
                line.appendCodePoint(character);
              } else {
                line.append("\\u").append(hex(character));
              }
            });
    return line.toString();
  }

  private static String hex(int character) {
    return HexFormat.of().toHexDigits(character, Character.isBmpCodePoint(character) ? 4 : 6);
  }

  private static boolean isHarmless(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }

  /** Returns why a file or a connection failed, in words and without the name of the file. */
  public static String cause(IOException failure) {
    return of(
        switch (failure) {
          case FileRefusedException refused -> refused.getMessage();
          case NoSuchFileException _ -> "no such file or folder";
          case AccessDeniedException _ -> "permission denied";
          case FileAlreadyExistsException _ -> "the file is there already";
          case FileSystemException ofFile when ofFile.getReason() != null -> ofFile.getReason();
          default -> words(failure);
        });
  }

  /** As {@link #cause}, but begins with the name of the file if there is one. */
  public static String causeWithFile(IOException failure) {
    return failure instanceof FileSystemException ofFile && ofFile.getFile() != null
        ? of(ofFile.getFile()) + ": " + cause(failure)
        : cause(failure);
  }

  /** Returns the failure of input or output that an exception wraps, or the exception itself. */
  public static Exception unwrapped(Exception failure) {
    return failure instanceof UncheckedIOException unchecked
        ? Objects.requireNonNull(unchecked.getCause())
        : failure;
  }

  private static String words(IOException failure) {
    String message = failure.getMessage();
    Throwable cause = failure.getCause();
    if (message == null) {
      return cause instanceof IOException inner ? words(inner) : failure.getClass().getSimpleName();
    }
    return cause instanceof IOException inner && !message.contains(words(inner))
        ? message + ": " + words(inner)
        : message;
  }
}
