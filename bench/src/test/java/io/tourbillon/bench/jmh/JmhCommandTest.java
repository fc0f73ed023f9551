package io.tourbillon.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
            "Coroutines.uneven",
            "Fire.fire",
            "FirstTimer.fire",
            "Hop.execute",
            "Locks.reentrant",
            "Locks.spinning",
            "Producers.threads1",
            "Producers.threads2",
            "Producers.threads4",
            "PushOut.pushOut",
            "Selects.defaultCase",
            "Selects.keptDefaultCase",
            "Selects.oneOfTwoReady",
            "TalkingOnOne.operation",
            "TalkingOnTwo.operation",
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

  @Test
  void jmh_helpAsOtherCommandsHaveIt_isThatOfJmhToo() {
    assertTrue(outputOf("jmh", "--help").contains("-prof <profiler>"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -zz       | z is not a recognized option
          -f x      | Cannot parse argument 'x' of option f
          Nix       | a benchmark must match, see jmh -l: [Nix]
          """)
  void jmh_wrongArguments_areRefused(String arguments, String message) {
    StringWriter err = new StringWriter();
    String[] words = ("jmh " + arguments).split(" ", -1);
    assertEquals(2, Main.commandLine().setErr(new PrintWriter(err)).execute(words));
    assertTrue(err.toString().startsWith(message), err.toString());
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
