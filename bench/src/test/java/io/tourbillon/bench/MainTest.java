package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.console.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What holds for every command. */
@Timeout(120)
class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  /** All commands with their subcommands, those that are hidden, too. */
  static Stream<List<String>> commands() {
    List<List<String>> commands = new ArrayList<>();
    collect(Main.commandLine(), List.of(), commands);
    return commands.stream();
  }

  private static void collect(
      CommandLine command, List<String> words, List<List<String>> commands) {
    commands.add(words);
    command
        .getSubcommands()
        .forEach(
            (name, subcommand) -> {
              List<String> longer = new ArrayList<>(words);
              longer.add(name);
              collect(subcommand, longer, commands);
            });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEachCommand_listsTheExitCodes(List<String> command) throws Exception {
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--help");
    String help = command.equals(List.of("jmh")) ? outOfJvm(arguments) : outOf(arguments);
    for (ExitCode exitCode : ExitCode.values()) {
      assertTrue(help.matches("(?s).*\n  " + exitCode.code() + " +[a-zC].*"), help);
    }
  }

  private String outOf(List<String> arguments) {
    assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
    return out.toString();
  }

  /** JMH prints its help to System.out. */
  private static String outOfJvm(List<String> arguments) throws Exception {
    Program.End end = Program.run(Program.command(List.of(), arguments.toArray(String[]::new)));
    assertEquals(0, end.exitCode(), end.err());
    return end.out();
  }

  @Test
  void help_ofJmh_isThatOfJmh() throws Exception {
    String help = outOfJvm(List.of("jmh", "--help"));
    assertTrue(help.contains("-prof <profiler>"), help);
    assertFalse(help.contains("is not a recognized option"), help);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "--version", "compare --list", "demo --help", "jmh -l", "jmh --help"})
  @EnabledOnOs(OS.LINUX)
  void output_toAFullDevice_exits1AndSaysWhy(String arguments) throws Exception {
    Program.End end = Program.runBy("exec \"$@\" >/dev/full", List.of(), arguments.split(" ", -1));
    assertEquals(1, end.exitCode(), end.err());
    assertTrue(end.err().startsWith("standard output must be writable: "), end.err());
    assertEquals(1, end.err().lines().count(), end.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "compare --list", "jmh -l"})
  @EnabledOnOs(OS.LINUX)
  void output_toAReaderThatHasGone_endsQuietly(String arguments) throws Exception {
    Process process =
        TestProcess.start(new ProcessBuilder(Program.command(List.of(), arguments.split(" ", -1))));
    try {
      process.getInputStream().close();
      assertNull(process.errorReader().readLine());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(141, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          compare --scenario ,             | --scenario must be a list without empty parts: ,
          compare --scenario fire,         | --scenario must be a list without empty parts: fire,
          compare --scenario ,,fire        | --scenario must be a list without empty parts: ,,fire
          compare --scenario EMPTY         | --scenario must not be empty: ''
          compare --subject ,              | --subject must be a list without empty parts: ,
          compare --subject EMPTY          | --subject must not be empty: ''
          compare --scenario fire --size , | --size must be a list without empty parts: ,
          compare --output EMPTY           | --output must not be empty: ''
          compare --against EMPTY          | --against must not be empty: ''
          page EMPTY                       | RESULTS must not be empty: ''
          page x --output EMPTY            | --output must not be empty: ''
          """)
  void argument_thatIsEmpty_isRefused(String arguments, String message) {
    String[] words =
        Stream.of(arguments.split(" ", -1))
            .map(word -> word.equals("EMPTY") ? "" : word)
            .toArray(String[]::new);
    assertEquals(2, run(words));
    assertEquals(message, err.toString().lines().findFirst().orElse(""));
    assertEquals("", out.toString());
  }

  @Test
  void message_aboutAnArgumentWithLineFeeds_isOneLine() {
    assertEquals(2, run("compare", "--scenario", "a\n\u001b[2Jb"));
    assertTrue(err.toString().contains("a\\u000a\\u001b[2Jb"), err::toString);
  }

  @Test
  void main_inALocaleWithOtherDigits_printsThoseOfAscii() throws Exception {
    Program.End end =
        Program.run(
            Program.command(
                List.of("-Duser.language=ar", "-Duser.country=EG", "-Duser.extensions=u-nu-arab"),
                "jmh",
                "WheelArmCancel",
                "-f",
                "0",
                "-wi",
                "0",
                "-i",
                "1",
                "-r",
                "1ms",
                "-p",
                "pending=1000",
                "-p",
                "order=RANDOM",
                "-foe",
                "true"));
    assertEquals(0, end.exitCode(), end.out() + end.err());
    assertTrue(end.out().contains("Iteration   1: "), end.out());
    assertTrue(
        end.out().chars().noneMatch(digit -> Character.isDigit(digit) && digit > '9'), end.out());
  }
}
