package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * The program's jar has the licence and the notices of each artifact that it holds, and the jars of
 * our modules have ours.
 */
class ProgramJarIT {
  private static final Path JAR = Path.of("target", "tourbillon.jar");
  private static final Path CLASS_PATH = Path.of("target", "runtime-class-path.txt");
  private static final String FOLDER = "META-INF/licenses/";

  private static final Pattern LICENCE_OR_NOTICE =
      Pattern.compile("(.*/)?[^/]*(licen[sc]e|notice|copying)[^/]*|(.*/)?about\\.html");

  @Test
  void jar_hasTheTextOfEachLicence() throws IOException {
    List<String> without = new ArrayList<>();
    try (ZipFile program = new ZipFile(JAR.toFile())) {
      for (Path artifact : artifacts()) {
        if (!hasLicence(program, artifact)) {
          without.add(name(artifact));
        }
      }
    }
    assertEquals(List.of(), without, "put the text into src/main/licenses");
  }

  @Test
  void jar_ofAnArtifactThatItDoesNotHold_hasNoLicence() throws IOException {
    try (ZipFile program = new ZipFile(JAR.toFile())) {
      Path absent = Path.of("repository", "group", "absent", "1.0", "absent-1.0.jar");
      assertThrows(AssertionError.class, () -> hasLicence(program, absent));
    }
  }

  @Test
  void jar_hasEachLicenceAndNotice_asTheArtifactHasIt() throws IOException {
    try (ZipFile program = new ZipFile(JAR.toFile())) {
      for (Path artifact : artifacts()) {
        try (ZipFile jar = new ZipFile(artifact.toFile())) {
          for (ZipEntry text : texts(jar)) {
            String place = FOLDER + name(artifact) + "-jar/" + text.getName();
            ZipEntry copy = program.getEntry(place);
            assertNotNull(copy, place);
            assertArrayEquals(bytes(jar, text), bytes(program, copy), place);
          }
        }
      }
    }
  }

  @Test
  void jar_listsEachArtifactWithTheNameOfItsLicence() throws IOException {
    try (ZipFile program = new ZipFile(JAR.toFile())) {
      for (Path artifact : artifacts()) {
        String line = listed(program, artifact).strip();
        assertTrue(line.matches("\\([^)]+\\).*"), line);
        assertFalse(line.contains("Unknown license"), line);
      }
    }
  }

  /** The first thing that a reader finds is our own licence, and not that of JMH. */
  @Test
  void jar_hasOurLicenceAndNotice() throws IOException {
    try (ZipFile program = new ZipFile(JAR.toFile())) {
      assertArrayEquals(
          Files.readAllBytes(Path.of("..", "LICENSE")),
          bytes(program, program.getEntry("META-INF/LICENSE")));
      String notice =
          new String(bytes(program, program.getEntry("META-INF/NOTICE")), StandardCharsets.UTF_8);
      assertTrue(notice.contains("the Tourbillon maintainers"), notice);
      assertEquals(null, program.getEntry("LICENSE"));
    }
  }

  /**
   * Returns whether there is a text: that of the artifact itself, one of ours beside it, or
   * META-INF/LICENSE, if the artifact is under the Apache License.
   */
  private static boolean hasLicence(ZipFile program, Path artifact) throws IOException {
    String own = FOLDER + name(artifact) + "-jar/";
    String ours = FOLDER + artifact.getParent().getParent().getFileName() + "/";
    return listed(program, artifact).matches("\\s*\\((The )?Apache.*")
        || texts(program).stream()
            .map(ZipEntry::getName)
            .anyMatch(text -> text.startsWith(own) || text.startsWith(ours));
  }

  /** Returns the line of the list that names an artifact. */
  private static String listed(ZipFile program, Path artifact) throws IOException {
    ZipEntry list = program.getEntry(FOLDER + "THIRD-PARTY.txt");
    return new String(bytes(program, list), StandardCharsets.UTF_8)
        .lines()
        .filter(each -> each.contains(coordinates(artifact) + " "))
        .findFirst()
        .orElseThrow(() -> new AssertionError(coordinates(artifact) + " is not listed"));
  }

  /** With -Prelease, the jars of sources and documentation are among them. */
  @Test
  void jars_ofOurModules_haveLicenceAndNotice() throws IOException {
    List<String> modules = new ArrayList<>(Published.modules());
    modules.add("bench");
    for (String module : modules) {
      Path target = Path.of("..", module, "target");
      List<Path> jars = List.of();
      if (Files.exists(target)) {
        try (Stream<Path> files = Files.list(target)) {
          jars = files.filter(ProgramJarIT::isOurJar).toList();
        }
      }
      assertTrue(!module.equals("bench") || !jars.isEmpty(), "bench must have a jar");
      for (Path jar : jars) {
        requireText(jar, "LICENSE", Path.of("..", "LICENSE"));
        requireText(jar, "NOTICE", Path.of("..", ".github", "NOTICE"));
      }
    }
  }

  private static boolean isOurJar(Path file) {
    return file.getFileName().toString().matches("tourbillon-.*\\.jar");
  }

  private static void requireText(Path jar, String name, Path expected) throws IOException {
    try (ZipFile opened = new ZipFile(jar.toFile())) {
      ZipEntry text = opened.getEntry("META-INF/" + name);
      assertNotNull(text, jar + " must have META-INF/" + name);
      assertArrayEquals(Files.readAllBytes(expected), bytes(opened, text), jar.toString());
    }
  }

  private static List<ZipEntry> texts(ZipFile jar) {
    List<ZipEntry> texts = new ArrayList<>();
    Enumeration<? extends ZipEntry> entries = jar.entries();
    while (entries.hasMoreElements()) {
      ZipEntry entry = entries.nextElement();
      String name = entry.getName();
      if (!entry.isDirectory()
          && !name.endsWith(".class")
          && LICENCE_OR_NOTICE.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
        texts.add(entry);
      }
    }
    return texts;
  }

  private static byte[] bytes(ZipFile jar, ZipEntry entry) throws IOException {
    try (var stream = jar.getInputStream(entry)) {
      return stream.readAllBytes();
    }
  }

  /** The jars of others that the program's jar holds, in the local repository of Maven. */
  private static List<Path> artifacts() throws IOException {
    List<Path> artifacts = new ArrayList<>();
    for (String entry : Files.readString(CLASS_PATH).strip().split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isRegularFile(path) && !path.getFileName().toString().startsWith("tourbillon-")) {
        artifacts.add(path);
      }
    }
    assertTrue(artifacts.size() > 20, artifacts.toString());
    return artifacts;
  }

  /** Artifact and version, without a classifier. */
  private static String name(Path artifact) {
    return artifact.getFileName().toString().replaceFirst("\\.jar$", "");
  }

  /** Artifact and version as the list has them, from the folders of the repository. */
  private static String coordinates(Path artifact) {
    Path version = artifact.getParent();
    return ":" + version.getParent().getFileName() + ":" + version.getFileName();
  }
}
