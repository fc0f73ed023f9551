package io.tourbillon.timer.durable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A PostgreSQL of the tests, in a temporary folder and on the loopback address. PostgreSQL refuses
 * to run as root, so root runs it as the user that its package has made.
 */
final class PostgresServer {
  private final Path folder;
  private final Path programs;

  /** Chosen late, because another program may take it until the server does. */
  private int port;

  private final AtomicInteger databases = new AtomicInteger();

  private PostgresServer(Path folder, Path programs) {
    this.folder = folder;
    this.programs = programs;
  }

  static PostgresServer start() throws Exception {
    Path folder = Files.createTempDirectory("tourbillon-postgres");
    PostgresServer server = new PostgresServer(folder, programs());
    if (isRoot()) {
      run(List.of("chown", "postgres", folder.toString()));
    }
    server.run("initdb", "-D", server.data(), "-A", "trust", "-U", "test", "--no-sync");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.port = free.getLocalPort();
    }
    server.begin();
    return server;
  }

  /** The newest of those that the packages have installed. */
  private static Path programs() throws IOException {
    try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      return versions
          .max(Comparator.comparingInt(path -> Integer.parseInt(path.getFileName().toString())))
          .orElseThrow()
          .resolve("bin");
    }
  }

  void begin() throws Exception {
    run(
        "pg_ctl",
        "-D",
        data(),
        "-l",
        folder.resolve("log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder,
        "-w",
        "start");
  }

  /** Stops as in a power failure. */
  void stopAtOnce() throws Exception {
    run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=test";
  }

  /** On the loopback address. */
  int port() {
    return port;
  }

  /** Makes a database of its own for a test, and returns its URL. */
  String newDatabase() throws SQLException {
    String name = "test" + databases.incrementAndGet();
    try (Connection connection = new Databases(url("postgres")).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return url(name);
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void run(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private static void run(List<String> command) throws Exception {
    Path output = Files.createTempFile("tourbillon-postgres", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(output.getParent().toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            command + ": " + Files.readString(output, StandardCharsets.UTF_8));
      }
    } finally {
      Files.delete(output);
    }
  }

  /** Stops the server and removes its folder. */
  void remove() throws Exception {
    stopAtOnce();
    if (isRoot()) {
      run(List.of("chown", "-R", "root", folder.toString()));
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
