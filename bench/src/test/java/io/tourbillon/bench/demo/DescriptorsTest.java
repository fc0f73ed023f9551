package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.Program;
import io.tourbillon.bench.host.Descriptors;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A demo that has fewer file descriptors than it needs. */
@EnabledOnOs(OS.LINUX)
class DescriptorsTest {
  private static final String[] DEMO = {
    "demo", "--seconds=3", "--timers=100", "--coroutines=100", "--metrics-port=0"
  };

  /**
   * Takes nearly all descriptors when the demo begins to serve, and gives them back before it ends:
   * classes that are loaded from folders take some, too.
   */
  static final class Hog {
    /** So many are left for clients. */
    private static final int LEFT = 40;

    private Hog() {}

    public static void main(String[] arguments) throws Exception {
      Thread.ofPlatform().daemon().start(Hog::take);
      Main.main(arguments);
    }

    private static boolean isServing() {
      return Thread.getAllStackTraces().keySet().stream()
          .anyMatch(thread -> thread.getName().equals("demo-churn"));
    }

    private static void take() {
      List<FileInputStream> taken = new ArrayList<>();
      try {
        while (!isServing()) {
          TimeUnit.MILLISECONDS.sleep(10);
        }
        while (Descriptors.most() - Descriptors.open() > LEFT) {
          taken.add(new FileInputStream("/dev/null"));
        }
        TimeUnit.MILLISECONDS.sleep(1_500);
        for (FileInputStream file : taken) {
          file.close();
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException("taken " + taken.size(), e);
      }
    }
  }

  @Test
  void demo_tooFewDescriptors_isRefusedBeforeItBegins() throws Exception {
    Program.End end = Program.runBy("ulimit -n 128; exec \"$@\"", List.of(), DEMO);
    assertEquals(2, end.exitCode(), end.out() + end.err());
    assertTrue(
        end.err()
            .matches(
                "(?s)at least 250 file descriptors must be free \\(ulimit -n\\):"
                    + " 128 may be open, and \\d+ are\\R.*"),
        end.err());
    assertEquals("", end.out());
  }

  /** No promise is broken by that: the service has kept every timer. */
  @Test
  void demo_descriptorsRunOutMeanwhile_saysSoAndKeepsThePromise() throws Exception {
    List<String> command = new ArrayList<>(Program.command(List.of(), DEMO));
    command.set(command.indexOf(Main.class.getName()), Hog.class.getName());
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 400; exec \"$@\"", "sh"));
    limited.addAll(command);
    Program.End end = Program.run(limited);
    assertEquals(1, end.exitCode(), end.out() + end.err());
    assertTrue(
        end.out().contains("file descriptors ran out: 400 may be open (ulimit -n)"),
        end.out() + end.err());
    assertTrue(end.out().contains("promise   kept: "), end.out());
    assertFalse(end.out().contains("BROKEN"), end.out());
  }

  @Test
  void haveRunOut_otherFailures_areNotForWantOfThem() {
    assertFalse(Descriptors.haveRunOut(new IOException("the server closed the connection")));
    assertTrue(Descriptors.haveRunOut(new SocketException("Too many open files")));
  }
}
