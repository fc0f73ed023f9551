package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The binders need no optional dependency, and the server says which it lacks. */
@Timeout(60)
class WithoutOptionalDependenciesTest {
  private static final String OPTIONAL = "prometheus|jetty|jackson|chart|selenium";

  private static final List<String> ARTIFACTS =
      List.of(
          "io.micrometer:micrometer-registry-prometheus",
          "org.eclipse.jetty:jetty-server",
          "org.webjars.npm:chart.js");

  @Test
  void bindTo_prometheusNotOnTheClassPath_works() throws Exception {
    String output = runWithout(OPTIONAL, WithoutPrometheus.class);
    assertTrue(output.contains("bound tourbillon.timer.lateness"), output);
  }

  @ParameterizedTest
  @CsvSource({
    "micrometer-registry-prometheus, io.micrometer:micrometer-registry-prometheus",
    "jetty-server, org.eclipse.jetty:jetty-server",
    "chart, org.webjars.npm:chart.js",
  })
  void builder_ofAServerThatLacksALibrary_namesItsArtifactAlone(String jar, String artifact)
      throws Exception {
    String output = runWithout(jar, WithoutServer.class);
    for (String each : ARTIFACTS) {
      assertEquals(each.equals(artifact), output.contains(each), output);
    }
  }

  @Test
  void builder_ofAServerWithoutAnyLibrary_namesAll() throws Exception {
    String output = runWithout(OPTIONAL, WithoutServer.class);
    for (String each : ARTIFACTS) {
      assertTrue(output.contains(each), output);
    }
  }

  @Test
  void builder_ofAServerWithAllLibraries_isMade() throws Exception {
    String output = runWithout("selenium", WithoutServer.class);
    assertFalse(output.contains("absent"), output);
  }

  private static String runWithout(String jars, Class<?> main) throws Exception {
    Pattern left = Pattern.compile(jars);
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !left.matcher(Path.of(entry).getFileName().toString()).find())
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                main.getName())
            .redirectErrorStream(true)
            .start();
    String output;
    try (var stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
