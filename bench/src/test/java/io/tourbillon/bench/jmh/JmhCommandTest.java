package io.tourbillon.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class JmhCommandTest {
  @Test
  void jmh_anyArguments_passThroughInOrder() {
    String[] arguments = {
      "Cancel.*",
      "-f",
      "1",
      "-wi",
      "0",
      "-p",
      "pending=10,20",
      "-prof",
      "gc",
      "-h",
      "-V",
      "-jvmArgs",
      "-Xms1g -Xmx1g",
      "-v",
      "EXTRA",
      "--help"
    };
    JmhCommand command = new JmhCommand();
    new CommandLine(command).parseArgs(arguments);
    assertEquals(List.of(arguments), command.arguments);
  }

  @Test
  void jmh_list_namesTheBenchmarks() {
    String listed = outputOf("jmh", "-l");
    for (String name :
        List.of(
            "CancelArm.cancelArm",
            "Coroutines.sleep",
            "Coroutines.spawn",
            "Coroutines.takeTurns",
            "Fire.fire",
            "Producers.threads1",
            "Producers.threads2",
            "Producers.threads4",
            "PushOut.pushOut",
            "WheelArmCancel.armCancel",
            "WheelCascade.burst",
            "WheelExpiry.armExpire")) {
      assertTrue(listed.contains("io.tourbillon.bench.jmh." + name), listed);
    }
  }

  @Test
  void jmh_help_isThatOfJmh() {
    assertTrue(outputOf("jmh", "-h").contains("-prof <profiler>"));
  }

  /** JMH prints to System.out and to nothing else. */
  private static String outputOf(String... arguments) {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertEquals(0, new CommandLine(new Main()).execute(arguments));
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
