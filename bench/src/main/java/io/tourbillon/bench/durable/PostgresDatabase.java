package io.tourbillon.bench.durable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server of its own, in a temporary folder and on the loopback address. PostgreSQL
 * refuses to run as root, so root runs it as the user that its package has made.
 *
 * <p>A shell guards the server: when this JVM has asked for it or has ended, however it did, the
 * shell stops the server and removes the folder. It is no child of this JVM, because those that end
 * a JVM for good end its children as well.
 */
final class PostgresDatabase implements Database {
  /** Settings of a small server. What makes commits durable stays as it is by default: on. */
  static final List<String> SETTINGS =
      List.of("shared_buffers=256MB", "max_wal_size=4GB", "max_connections=200");

  static final String MISSING =
      "the programs of PostgreSQL (initdb, postgres) must be installed, in /usr/lib/postgresql or"
          + " on the PATH";

  private static final String USER = "bench";
  private static final int PATIENCE_SECONDS = 60;

  /** The guard looks once a second, which is too seldom to disturb what is measured. */
  private static final String GUARD =
      """
      folder=$1; guarded=$2; shift 2
      (
        "$@" >"$folder/log" 2>&1 &
        while kill -0 "$guarded" && [ ! -e "$folder/stop" ]; do sleep 1; done
        kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid")"
        wait
        rm -rf "$folder"
      ) </dev/null >/dev/null 2>&1 &
      """;

  private final Path folder;
  private final int port;

  private PostgresDatabase(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts a server.
   *
   * @throws IllegalStateException if PostgreSQL is not installed, or does not start; the message
   *     says why
   */
  static PostgresDatabase start() throws IOException, InterruptedException {
    Path programs = PostgresPrograms.folder();
    if (programs == null) {
      throw new IllegalStateException(MISSING);
    }
    Path folder = Files.createTempDirectory("tourbillon-postgres");
    String data = folder.resolve("data").toString();
    int port = freePort();
    boolean made = false;
    try {
      if (isRoot()) {
        run(folder, List.of("chown", "postgres", folder.toString()));
      }
      run(folder, asServer(programs, "initdb", "-D", data, "-A", "trust", "-U", USER, "--no-sync"));
      List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, "guard"));
      command.addAll(List.of(folder.toString(), Long.toString(ProcessHandle.current().pid())));
      command.addAll(asServer(programs, "postgres", "-D", data, "-p", Integer.toString(port)));
      command.addAll(List.of("-c", "listen_addresses=127.0.0.1"));
      command.addAll(List.of("-c", "unix_socket_directories=" + folder));
      SETTINGS.forEach(setting -> command.addAll(List.of("-c", setting)));
      run(folder, command);
      made = true;
    } finally {
      if (!made) {
        TemporaryFolders.delete(folder);
      }
    }
    PostgresDatabase database = new PostgresDatabase(folder, port);
    database.awaitReady();
    return database;
  }

  @Override
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
  }

  /** Stops at once: nothing of it is needed any more. */
  @Override
  public void close() throws IOException {
    Files.createFile(folder.resolve("stop"));
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (Files.exists(folder)) {
      if (System.nanoTime() - endNanos > 0) {
        throw new IllegalStateException("PostgreSQL must stop, and it did not: " + folder);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try (Connection connection = DriverManager.getConnection(url())) {
        Objects.requireNonNull(connection);
        return;
      } catch (SQLException notYet) {
        if (System.nanoTime() - endNanos > 0) {
          String log = Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
          close();
          throw new IllegalStateException("PostgreSQL must start, and it did not: " + log, notYet);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static List<String> asServer(Path programs, String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static void run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("tourbillon-postgres", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      if (!ended || process.exitValue() != 0) {
        throw new IllegalStateException(
            "a database must be made, and it was not: "
                + String.join(" ", command)
                + ": "
                + Files.readString(output, StandardCharsets.UTF_8));
      }
    } finally {
      Files.delete(output);
    }
  }
}
