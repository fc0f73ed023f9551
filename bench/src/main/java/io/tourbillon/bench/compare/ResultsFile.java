package io.tourbillon.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes results as JSON. */
final class ResultsFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private ResultsFile() {}

  /** Writes them; a reader sees the file before or the file after, never half of it. */
  static void write(Results results, Path file) throws IOException {
    Path whole = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(whole, JSON.writeValueAsString(results) + System.lineSeparator());
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads them.
   *
   * @throws IOException if there is no such file, or something else is in it; its message is for
   *     users
   */
  static Results read(Path file) throws IOException {
    try {
      JsonNode tree = JSON.readTree(Files.readString(file));
      int format = tree.path("format").asInt(Results.FORMAT);
      if (format != Results.FORMAT) {
        throw new IOException(
            "the format of results must be " + Results.FORMAT + ": " + format + " in " + file);
      }
      return Objects.requireNonNull(JSON.treeToValue(tree, Results.class), "nothing");
    } catch (NoSuchFileException e) {
      throw new IOException("there must be a file of results: " + file, e);
    } catch (JacksonException | NullPointerException e) {
      throw new IOException(
          "a file of results must be whole, and JSON that compare has written: " + file, e);
    }
  }
}
