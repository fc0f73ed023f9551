package io.tourbillon.bench.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What this program was built from.
 *
 * @param commit of the sources; ends in -dirty if they had uncommitted changes
 * @param versions the versions of the peers that are libraries, by name
 */
public record Build(String commit, Map<String, String> versions) {
  private static final String FILE = "build.properties";
  private static final String COMMIT = "commit";

  public static Build read() {
    Properties properties = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Build.class.getResourceAsStream(FILE), FILE + " must be there")) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> versions = new TreeMap<>();
    properties.stringPropertyNames().stream()
        .filter(name -> !name.equals(COMMIT))
        .forEach(name -> versions.put(name, properties.getProperty(name)));
    return new Build(properties.getProperty(COMMIT), versions);
  }
}
