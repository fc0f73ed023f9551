package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The README names what each artifact depends on, as its pom does. {@link ConsumersTest} checks
 * what arrives at a user.
 */
class ReadmeDependenciesTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "(?s)<dependency>\\s*<groupId>[^<]+</groupId>\\s*<artifactId>([^<]+)</artifactId>"
              + "(.*?)</dependency>");

  /** What the pom has beside those that arrive with others, so that it can import their classes. */
  private static final Map<String, Set<String>> ALSO =
      Map.of(
          "tourbillon-coroutine-core", Set.of("HdrHistogram", "jspecify", "netty-common"),
          "tourbillon-metrics", Set.of("jspecify", "micrometer-observation"),
          "tourbillon-junit", Set.of("jspecify"),
          "tourbillon-spring-boot-starter", Set.of("jspecify"));

  @Test
  void table_namesTheDependenciesOfEachPublishedJar() throws IOException {
    Map<String, String> poms = new TreeMap<>();
    Map<String, String> readme = new TreeMap<>();
    Map<String, ReadmeDependencies.Row> rows = ReadmeDependencies.rows();
    for (String module : Published.modules()) {
      String artifact = Published.artifactId(module);
      NavigableSet<String> always = dependencies(module, false);
      NavigableSet<String> optional = dependencies(module, true);
      if (!always.isEmpty() || !optional.isEmpty()) {
        poms.put(artifact, always + ", optional " + optional);
      }
    }
    rows.forEach(
        (artifact, row) ->
            readme.put(artifact, sorted(row.direct()) + ", optional " + sorted(row.optional())));
    assertEquals(lines(poms), lines(readme));
  }

  @Test
  void table_withoutADependency_isRefused() throws IOException {
    assertNotEquals(dependencies("metrics", false), sorted(Set.of("tourbillon-coroutine-core")));
  }

  private static NavigableSet<String> dependencies(String module, boolean optional)
      throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    String pom =
        Published.pom(module)
            .replaceAll("(?s)<dependencyManagement>.*?</dependencyManagement>|<build>.*", "");
    Matcher dependency = DEPENDENCY.matcher(pom);
    while (dependency.find()) {
      String rest = dependency.group(2);
      if (!rest.contains("<scope>test</scope>")
          && !rest.contains("<scope>provided</scope>")
          && rest.contains("<optional>true</optional>") == optional) {
        names.add(dependency.group(1));
      }
    }
    names.removeAll(ALSO.getOrDefault(Published.artifactId(module), Set.of()));
    return names;
  }

  private static NavigableSet<String> sorted(Iterable<String> names) {
    NavigableSet<String> sorted = new TreeSet<>();
    names.forEach(sorted::add);
    return sorted;
  }

  private static String lines(Map<String, String> rows) {
    return rows.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }
}
