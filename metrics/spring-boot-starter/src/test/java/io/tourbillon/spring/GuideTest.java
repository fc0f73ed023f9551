package io.tourbillon.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.spring.internal.TaskExecutors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metadata of the properties is complete, and the guide says the same. */
class GuideTest {
  private static final Path GUIDE = Path.of("GUIDE.md");

  private static final Pattern ROW = Pattern.compile("(?m)^\\| `tourbillon\\.[a-z.-]+` \\|.*$");

  private static Map<String, JsonNode> properties() throws IOException {
    Map<String, JsonNode> properties = new TreeMap<>();
    try (InputStream metadata =
        Objects.requireNonNull(
            TaskExecutors.class.getResourceAsStream(
                "/META-INF/spring-configuration-metadata.json"))) {
      for (JsonNode each : new JsonMapper().readTree(metadata).get("properties")) {
        if (each.get("name").asString().startsWith("tourbillon.")) {
          properties.put(each.get("name").asString(), each);
        }
      }
    }
    return properties;
  }

  @Test
  void properties_haveADescriptionAndADefault() throws IOException {
    Map<String, JsonNode> properties = properties();
    assertThat(properties).hasSizeGreaterThan(30);
    properties.forEach(
        (name, property) -> {
          assertThat(property.path("description").asString("")).as(name).endsWith(".");
          assertThat(
                  property.has("defaultValue")
                      || property.get("description").asString().contains("by default")
                      || property.get("description").asString().contains("By default"))
              .as("%s has a default", name)
              .isTrue();
        });
  }

  @Test
  void table_ofTheGuide_isThatOfTheMetadata() throws IOException {
    String expected =
        properties().entrySet().stream()
            .map(
                each ->
                    "| `%s` | %s | %s |"
                        .formatted(
                            each.getKey(),
                            each.getValue().has("defaultValue")
                                ? "`" + each.getValue().get("defaultValue").asString() + "`"
                                : "",
                            each.getValue().get("description").asString()))
            .collect(Collectors.joining("\n"));
    String found =
        ROW.matcher(Files.readString(GUIDE))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.joining("\n"));
    assertEquals(expected, found);
  }

  @Test
  void phases_ofTheGuide_areThoseOfTheCode() throws IOException {
    String guide = Files.readString(GUIDE);
    assertThat(guide)
        .contains("| " + WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + " |")
        .contains("| " + WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE + " |")
        .contains("| " + ShutdownPhases.TASK_SCHEDULER + " |")
        .contains("| " + ShutdownPhases.COROUTINES + " |")
        .contains("| " + ShutdownPhases.TIMERS + " |");
    assertThat(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
        .isGreaterThan(ShutdownPhases.TASK_SCHEDULER);
  }
}
