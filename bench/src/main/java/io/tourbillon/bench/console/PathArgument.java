package io.tourbillon.bench.console;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the name of a file or folder, and refuses one that no file of this system can have. */
public final class PathArgument implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException impossible) {
      throw new TypeConversionException(
          "a path must be one that a file can have here: " + text + ": " + impossible.getReason());
    }
  }
}
