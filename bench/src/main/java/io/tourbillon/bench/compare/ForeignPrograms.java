package io.tourbillon.bench.compare;

import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The peers in other languages that this machine can run. Their sources are in this program's jar.
 * Those that must be compiled are compiled before anything is measured.
 */
final class ForeignPrograms {
  private static final String SOURCES = "/io/tourbillon/bench/foreign/";
  private static final Duration COMPILER_LIMIT = Duration.ofMinutes(2);
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);

  private final ChildProcess runner;
  private final Path folder;
  private final List<Path> path;
  private final Map<ForeignKind, Program> present = new EnumMap<>(ForeignKind.class);
  private final Map<ForeignKind, String> absent = new EnumMap<>(ForeignKind.class);

  /**
   * A program that can be run.
   *
   * @param command the command, to which a scenario and its numbers are added
   * @param version the version that the program reports
   */
  record Program(List<String> command, String version) {}

  private ForeignPrograms(ChildProcess runner, Path folder, List<Path> path) {
    this.runner = runner;
    this.folder = folder;
    this.path = path;
  }

  /**
   * Looks for the peers that are requested.
   *
   * @param folder for sources and programs, to be deleted after the last run
   * @param path folders that may contain programs
   */
  static ForeignPrograms find(
      Iterable<ForeignKind> kinds, ChildProcess runner, Path folder, List<Path> path)
      throws IOException, InterruptedException {
    ForeignPrograms programs = new ForeignPrograms(runner, folder, path);
    for (ForeignKind kind : kinds) {
      switch (kind) {
        case GO -> programs.findGo();
        case ASYNCIO -> programs.findPython(kind, "asyncio_peer.py");
        case GEVENT -> programs.findPython(kind, "gevent_peer.py");
      }
    }
    return programs;
  }

  Map<ForeignKind, Program> present() {
    return present;
  }

  /** Why the others are absent. */
  Map<ForeignKind, String> absent() {
    return absent;
  }

  private void findGo() throws IOException, InterruptedException {
    List<Path> compilers = onPath("go");
    if (compilers.isEmpty()) {
      absent.put(ForeignKind.GO, "there is no go on the PATH");
      return;
    }
    extract("go.mod");
    extract("main.go");
    extract("talk.go");
    String compiler = compilers.getFirst().toString();
    ChildProcess.Exit build =
        runner.run(folder, List.of(compiler, "build", "-o", "peer", "."), Map.of(), COMPILER_LIMIT);
    if (build.code() != 0) {
      absent.put(ForeignKind.GO, "go did not compile the peer: " + build.complaint());
      return;
    }
    List<String> command = List.of(folder.resolve("peer").toString());
    String failure = probe(ForeignKind.GO, command);
    if (!failure.isEmpty()) {
      absent.put(ForeignKind.GO, failure);
    }
  }

  /** Tries all Pythons on the path, because only one of them may have the library. */
  private void findPython(ForeignKind kind, String source)
      throws IOException, InterruptedException {
    extract("peer.py");
    extract(source);
    String failure = "there is no python3 on the PATH";
    for (Path python : onPath("python3")) {
      failure = probe(kind, List.of(python.toString(), folder.resolve(source).toString()));
      if (failure.isEmpty()) {
        return;
      }
    }
    absent.put(kind, failure);
  }

  /** Returns an empty text if the program reports its version, otherwise its complaint. */
  private String probe(ForeignKind kind, List<String> command)
      throws IOException, InterruptedException {
    List<String> toldVersion = Stream.concat(command.stream(), Stream.of("version")).toList();
    ChildProcess.Exit exit;
    try {
      exit = runner.run(folder, toldVersion, Map.of(), VERSION_LIMIT);
    } catch (IOException failure) {
      if (runner.isStopped()) {
        throw failure;
      }
      return "it could not be run: " + OneLine.causeWithFile(failure);
    }
    if (exit.code() != 0) {
      return exit.complaint();
    }
    String version = exit.output().strip().lines().findFirst().orElse("unknown");
    present.put(kind, new Program(command, version));
    return "";
  }

  private void extract(String name) throws IOException {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      return;
    }
    try (InputStream source =
        Objects.requireNonNull(
            ForeignPrograms.class.getResourceAsStream(SOURCES + name), name + " must be there")) {
      Files.copy(source, file);
    }
  }

  private List<Path> onPath(String program) {
    return path.stream()
        .map(entry -> entry.resolve(program))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .toList();
  }

  /** The folders in which this machine looks for programs. */
  static List<Path> systemPath() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of)
        .toList();
  }
}
