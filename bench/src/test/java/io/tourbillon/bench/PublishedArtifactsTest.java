package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The poms have what Maven Central asks for, and the BOM names each artifact. */
class PublishedArtifactsTest {
  private static final Path ROOT = Path.of("..");
  private static final String BOM = "timer-core/bom";

  private static final Pattern MANAGED =
      Pattern.compile(
          "<dependency>\\s*<groupId>io\\.tourbillon</groupId>\\s*<artifactId>([^<]+)</artifactId>"
              + "\\s*<version>\\$\\{project\\.version}</version>\\s*(?:<type>([^<]+)</type>\\s*)?"
              + "</dependency>");

  private static final Pattern COMMENTS = Pattern.compile("(?s)<!--.*?-->");

  @Test
  void bom_namesEachPublishedArtifact_andNoOther() throws IOException {
    assertEquals(String.join("\n", published()), String.join("\n", managed(Published.pom(BOM))));
  }

  @Test
  void bom_withoutAnArtifact_isRefused() throws IOException {
    String changed = Published.pom(BOM).replace("tourbillon-metrics<", "something-else<");
    assertNotEquals(published(), managed(changed));
  }

  @Test
  void benchAndExamples_areNotPublished() throws IOException {
    assertTrue(
        Published.modules().stream().noneMatch(module -> module.startsWith("bench")),
        Published.modules().toString());
  }

  /** What a module does not have is inherited: licences, developers, scm and url. */
  @Test
  void poms_haveWhatMavenCentralAsksFor() throws IOException {
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    for (String element :
        List.of("name", "description", "url", "licenses", "developers", "scm", "issueManagement")) {
      assertTrue(parent.contains("\n  <" + element), element);
    }
    for (String module : Published.modules()) {
      for (String element : List.of("name", "description")) {
        assertTrue(Published.pom(module).contains("\n  <" + element + ">"), module);
      }
    }
  }

  private static NavigableSet<String> published() throws IOException {
    NavigableSet<String> published = new TreeSet<>();
    for (String module : Published.modules()) {
      if (!module.equals(BOM)) {
        published.add(Published.artifactId(module) + " " + Published.packaging(module));
      }
    }
    return published;
  }

  private static NavigableSet<String> managed(String pom) {
    NavigableSet<String> managed = new TreeSet<>();
    Matcher dependency = MANAGED.matcher(COMMENTS.matcher(pom).replaceAll(""));
    while (dependency.find()) {
      managed.add(
          dependency.group(1) + " " + (dependency.group(2) == null ? "jar" : dependency.group(2)));
    }
    return managed;
  }
}
