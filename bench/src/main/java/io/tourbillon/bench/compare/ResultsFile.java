package io.tourbillon.bench.compare;

import io.tourbillon.bench.compare.ResultsShape.MisshapenException;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.InputFile;
import io.tourbillon.bench.console.OutputFile;
import io.tourbillon.bench.scenario.Measurement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads and writes results as JSON. {@link ResultsShape} checks everything that is read, so that
 * later code need not check whether a part exists or makes sense.
 */
final class ResultsFile {
  /** A hundred times the size of the longest comparison. */
  private static final int MOST_BYTES = 64 << 20;

  private static final String KIND = "a file of results";

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ResultsFile() {}

  /**
   * Writes results. A reader sees the old file or the new one, never a part.
   *
   * @throws FileRefusedException if it cannot be written
   */
  static void write(Results results, Path file) throws FileRefusedException {
    OutputFile.write(file, KIND, JSON.writeValueAsString(results) + System.lineSeparator());
  }

  /**
   * Reads results.
   *
   * @throws FileRefusedException if there is no such file, or it contains something else
   */
  static Results read(Path file) throws FileRefusedException {
    String text = InputFile.read(file, KIND, MOST_BYTES);
    try {
      return parsed(text, ResultsShape.RESULTS, Results.class);
    } catch (MisshapenException misshapen) {
      throw new FileRefusedException(misshapen.getMessage() + " in " + file);
    } catch (JacksonException noJson) {
      throw new FileRefusedException(
          KIND + " must be JSON that compare has written: " + explained(noJson) + " in " + file);
    }
  }

  /**
   * Reads a measurement, as a process prints it.
   *
   * @throws MisshapenException if it is something else
   * @throws JacksonException if it is not JSON
   */
  static Measurement measurement(String text) throws MisshapenException {
    return parsed(text, ResultsShape.MEASUREMENT, Measurement.class);
  }

  private static <T> T parsed(String text, ResultsShape shape, Class<T> type)
      throws MisshapenException {
    JsonNode tree = JSON.readTree(text);
    shape.check(tree);
    return JSON.treeToValue(tree, type);
  }

  private static String explained(JacksonException noJson) {
    TokenStreamLocation location = noJson.getLocation();
    String message = noJson.getOriginalMessage();
    return location == null
        ? message
        : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + message;
  }

  /**
   * Returns true for a JSON object, which files of results are, even damaged ones. Other output
   * files begin with something else. Also returns true for a file that cannot be read.
   */
  static boolean isLikely(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      int first = in.read();
      while (first >= 0 && Character.isWhitespace(first)) {
        first = in.read();
      }
      return first == '{';
    } catch (IOException unreadable) {
      return true;
    }
  }
}
