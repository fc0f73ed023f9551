package io.tourbillon.spring.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/**
 * Makes an executable jar as the Maven plugin of Spring Boot does, with nothing but the starter and
 * what it depends on, and starts it with {@code java -jar}.
 */
@Timeout(120)
class ExecutableJarTest {
  private static final long LIMIT_SECONDS = 60;

  private static final String ALL_WELL = "timer finds classes, scheduled finds classes";

  /** What the starter brings, by the beginning of the file names. */
  private static final List<String> BROUGHT =
      List.of(
          "HdrHistogram",
          "commons-logging",
          "jakarta.annotation",
          "jctools-core",
          "jspecify",
          "jul-to-slf4j",
          "log4j",
          "logback",
          "micrometer-commons",
          "micrometer-core",
          "micrometer-observation",
          "slf4j-api",
          "snakeyaml",
          "spring-aop",
          "spring-beans",
          "spring-boot-4",
          "spring-boot-autoconfigure",
          "spring-boot-starter-4",
          "spring-boot-starter-logging",
          "spring-context",
          "spring-core",
          "spring-expression");

  @TempDir private static Path folder;
  private static Path withFlag;
  private static Path withoutFlag;

  @BeforeAll
  static void makeJars() throws IOException {
    withFlag = executable("with", true);
    withoutFlag = executable("without", false);
  }

  @Test
  void jar_withTheEntryInItsManifest_runsOnVirtualThreads() throws Exception {
    assertThat(output(withFlag, Map.of(), 0)).contains("engine VIRTUAL_THREAD, " + ALL_WELL);
  }

  @Test
  @Tag("long")
  void environment_givesTheFlag() throws Exception {
    assertThat(
            output(
                withoutFlag,
                Map.of("JDK_JAVA_OPTIONS", "--add-opens=java.base/java.lang=ALL-UNNAMED"),
                0,
                "--tourbillon.coroutines.engine=virtual-thread"))
        .contains("engine VIRTUAL_THREAD, " + ALL_WELL);
  }

  @Test
  @Tag("long")
  void jar_withoutTheFlag_warns() throws Exception {
    assertThat(output(withoutFlag, Map.of(), 0))
        .contains("engine PLAIN_THREAD, " + ALL_WELL)
        .contains("Add-Opens: java.base/java.lang");
  }

  @Test
  void engineWithoutItsFlag_isReportedWithTheWayToGiveIt() throws Exception {
    assertThat(output(withoutFlag, Map.of(), 1, "--tourbillon.coroutines.engine=virtual-thread"))
        .contains("APPLICATION FAILED TO START")
        .contains("in the manifest of an executable jar:  Add-Opens: java.base/java.lang");
  }

  private static Path executable(String name, boolean flag) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (flag) {
      attributes.putValue("Add-Opens", "java.base/java.lang");
    }
    Path plain = folder.resolve(name + "-plain.jar");
    String main = Main.class.getName().replace('.', '/');
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(plain), manifest)) {
      jar.putNextEntry(new JarEntry(main + ".class"));
      try (var bytes = Main.class.getResourceAsStream("/" + main + ".class")) {
        bytes.transferTo(jar);
      }
    }
    List<File> libraries = libraries();
    File executable = folder.resolve(name + ".jar").toFile();
    Repackager repackager = new Repackager(plain.toFile());
    repackager.setMainClass(Main.class.getName());
    repackager.repackage(
        executable,
        callback -> {
          for (File library : libraries) {
            callback.library(new Library(library, LibraryScope.COMPILE));
          }
        });
    return executable.toPath();
  }

  private static List<File> libraries() throws IOException {
    List<File> libraries = new ArrayList<>();
    for (String entry :
        Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator))) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        if (!Files.exists(path.resolve(Main.class.getName().replace('.', '/') + ".class"))) {
          libraries.add(packed(path, libraries.size()).toFile());
        }
      } else if (name.startsWith("tourbillon-") || BROUGHT.stream().anyMatch(name::startsWith)) {
        libraries.add(path.toFile());
      }
    }
    return libraries;
  }

  /** Packs a folder of classes of this build. */
  private static Path packed(Path classes, int number) throws IOException {
    Path packed = folder.resolve("tourbillon-" + number + ".jar");
    if (Files.exists(packed)) {
      return packed;
    }
    try (OutputStream file = Files.newOutputStream(packed);
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(
            new JarEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
        Files.copy(each, jar);
      }
    }
    return packed;
  }

  private static String output(
      Path jar, Map<String, String> environment, int status, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
    command.addAll(
        List.of("--tourbillon.scheduling.enabled=true", "--tourbillon.coroutines.loops=1"));
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String said = Files.readString(log, StandardCharsets.UTF_8);
      assertThat(ended).as(said).isTrue();
      assertThat(process.exitValue()).as(said).isEqualTo(status);
      return said;
    } finally {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }
}
