package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs that are no part of this build depend on the artifacts, as users do: a copy of the
 * sources is deployed into a repository of its own, and projects in other folders take the
 * artifacts from there, with a local repository that had none of them. Needs Maven and a repository
 * with the libraries of others.
 */
@Tag("long")
class ConsumersTest {
  private static final Path ROOT = Path.of("..");
  private static final Set<String> NOT_COPIED = Set.of("target", ".git");
  private static final long LIMIT_MINUTES = 20;
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  @TempDir static Path work;

  @BeforeAll
  static void deploy() throws Exception {
    Path sources = work.resolve("sources");
    copy(ROOT.toRealPath(), sources);
    List<String> command = maven();
    command.addAll(
        List.of(
            "deploy",
            "-Dmaven.test.skip",
            "-Dmaven.install.skip",
            "-DaltDeploymentRepository=consumers::" + repository().toUri(),
            "-pl",
            String.join(",", Published.modules()),
            "-am"));
    run(sources, command);
  }

  @ParameterizedTest
  @EnumSource
  void consumer_compilesAndRuns_andGetsWhatTheReadmeSays(Consumer consumer) throws Exception {
    Path project = project(consumer);
    List<String> resolve = maven();
    resolve.addAll(
        List.of(
            "-Dmaven.repo.local=" + work.resolve("local"),
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-Dmdep.stripVersion=true",
            "-DoutputDirectory=" + project.resolve("jars")));
    run(project, resolve);
    List<Path> jars = jars(project);
    assertEquals(
        lines(ReadmeDependencies.closure(consumer.artifact)),
        lines(
            jars.stream()
                .map(jar -> jar.getFileName().toString().replaceFirst("\\.jar$", ""))
                .collect(Collectors.toCollection(TreeSet::new))));
    String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    runOnTheClassPath(project, path);
    runOnTheModulePath(project, path, consumer);
  }

  /** The BOM brings versions of our artifacts, and none of other libraries. */
  @Test
  void bom_imported_setsOurVersionsOnly() throws Exception {
    Path project = Files.createDirectories(work.resolve("with-bom"));
    Files.writeString(
        project.resolve("pom.xml"),
        pom(
            """
            <dependencyManagement><dependencies><dependency>
              <groupId>io.tourbillon</groupId><artifactId>tourbillon-bom</artifactId>
              <version>%s</version><type>pom</type><scope>import</scope>
            </dependency></dependencies></dependencyManagement>
            <dependencies><dependency>
              <groupId>io.tourbillon</groupId><artifactId>tourbillon-timer-core</artifactId>
            </dependency></dependencies>
            """
                .formatted(version())));
    Path effective = project.resolve("effective.xml");
    List<String> command = maven();
    command.addAll(
        List.of(
            "-Dmaven.repo.local=" + work.resolve("local"),
            "help:effective-pom",
            "-Doutput=" + effective));
    run(project, command);
    String managed = Files.readString(effective).replaceFirst("(?s).*<dependencyManagement>", "");
    managed = managed.substring(0, managed.indexOf("</dependencyManagement>"));
    assertTrue(managed.contains("<artifactId>tourbillon-metrics</artifactId>"), managed);
    assertEquals(
        Set.of("io.tourbillon"),
        Pattern.compile("<groupId>([^<]+)</groupId>")
            .matcher(managed)
            .results()
            .map(group -> group.group(1))
            .collect(Collectors.toSet()));
  }

  private static Path project(Consumer consumer) throws IOException {
    Path project = Files.createDirectories(work.resolve(consumer.name()));
    Files.writeString(
        project.resolve("pom.xml"),
        pom(
            """
            <dependencies><dependency>
              <groupId>io.tourbillon</groupId><artifactId>%s</artifactId>
              <version>%s</version><type>%s</type>
            </dependency></dependencies>
            """
                .formatted(consumer.artifact, version(), consumer.type)));
    Path sources = Files.createDirectories(project.resolve("sources").resolve("consumer"));
    Files.writeString(
        sources.resolve("Main.java"),
        """
        package consumer;

        public final class Main {
          public static void main(String[] arguments) throws Exception {
            %s
            System.out.println("ran in module " + Main.class.getModule().getName());
          }
        }
        """
            .formatted(consumer.body()));
    return project;
  }

  private static String pom(String dependencies) {
    return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>consumer</groupId><artifactId>consumer</artifactId><version>1</version>
          <repositories><repository>
            <id>consumers</id><url>%s</url>
            <snapshots><enabled>true</enabled></snapshots>
          </repository></repositories>
          %s
        </project>
        """
        .formatted(repository().toUri(), dependencies);
  }

  private static void runOnTheClassPath(Path project, String path) throws Exception {
    Path classes = project.resolve("on-class-path");
    run(
        project,
        List.of(
            tool("javac"),
            "-proc:none",
            "-d",
            classes.toString(),
            "--class-path",
            path,
            Path.of("sources", "consumer", "Main.java").toString()));
    String said =
        run(
            project,
            List.of(
                tool("java"),
                "--class-path",
                classes + File.pathSeparator + path,
                "consumer.Main"));
    assertTrue(said.contains("ran in module null"), said);
  }

  private static void runOnTheModulePath(Path project, String path, Consumer consumer)
      throws Exception {
    String requires =
        Stream.of((consumer.module + "," + consumer.alsoRequired).split(",", -1))
            .filter(module -> !module.isEmpty())
            .map(module -> "requires " + module + "; ")
            .collect(Collectors.joining());
    Files.writeString(
        project.resolve("sources").resolve("module-info.java"),
        "module consumer { " + requires + "}");
    Path classes = project.resolve("on-module-path");
    run(
        project,
        List.of(
            tool("javac"),
            "-proc:none",
            "-d",
            classes.toString(),
            "--module-path",
            path,
            Path.of("sources", "consumer", "Main.java").toString(),
            Path.of("sources", "module-info.java").toString()));
    String said =
        run(
            project,
            List.of(
                tool("java"),
                "--module-path",
                classes + File.pathSeparator + path,
                "--module",
                "consumer/consumer.Main"));
    assertTrue(said.contains("ran in module consumer"), said);
  }

  private static List<Path> jars(Path project) throws IOException {
    try (Stream<Path> jars = Files.list(project.resolve("jars"))) {
      return jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static Path repository() {
    return work.resolve("repository");
  }

  private static String version() {
    try {
      return VERSION
          .matcher(Files.readString(ROOT.resolve("pom.xml")))
          .results()
          .findFirst()
          .orElseThrow()
          .group(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> maven() {
    return new ArrayList<>(List.of("mvn", "-B", "-q", "-ntp"));
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private static String lines(NavigableSet<String> names) {
    return String.join("\n", names);
  }

  /** Runs a command to its end, and returns what it says. */
  private static String run(Path folder, List<String> command) throws Exception {
    Path output = Files.createTempFile(work, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES), () -> command + " must end");
      String said = Files.readString(output);
      assertEquals(0, process.exitValue(), () -> command + ": " + said);
      return said;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!file.getFileName().toString().equals(".git")) {
              Files.copy(file, to.resolve(from.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
