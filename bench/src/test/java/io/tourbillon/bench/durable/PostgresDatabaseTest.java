package io.tourbillon.bench.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.TestProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("programs")
@Timeout(120)
class PostgresDatabaseTest {
  private static String setting(String url, String name) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + name)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void start_thenClose_leavesNothing() throws Exception {
    Path folder;
    String url;
    try (PostgresDatabase database = PostgresDatabase.start()) {
      url = database.url();
      folder = Path.of(setting(url, "data_directory")).getParent();
      assertTrue(Files.exists(folder));
      // A commit is on the disk when it returns, or the comparison would be worth nothing.
      assertEquals("on", setting(url, "fsync"));
      assertEquals("on", setting(url, "synchronous_commit"));
    }
    assertFalse(Files.exists(folder));
    assertThrows(SQLException.class, () -> setting(url, "fsync"));
  }

  /** The server must not outlive a measurement whose process was killed. */
  @Test
  void process_thatIsKilled_takesTheServerWithIt() throws Exception {
    Process process =
        TestProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Holder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    String url;
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      url = output.readLine();
      Path folder = Path.of(setting(url, "data_directory")).getParent();
      process.destroyForcibly().waitFor();
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (Files.exists(folder)) {
        assertTrue(System.nanoTime() - deadlineNanos < 0, folder::toString);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    assertThrows(SQLException.class, () -> setting(url, "fsync"));
  }

  /** Starts a server, says where, and waits. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      System.out.println(PostgresDatabase.start().url());
      Thread.sleep(100_000);
    }
  }
}
