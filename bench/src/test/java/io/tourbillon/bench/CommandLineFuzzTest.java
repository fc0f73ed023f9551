package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.CommandLineCases.Case;
import io.tourbillon.bench.console.OneLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong arguments of all commands, at random. Each command is refused in a line that names the rule
 * and the value, with exit code 2, and does nothing.
 */
@Timeout(120)
class CommandLineFuzzTest {
  private static final int FEW = 1_000;
  private static final int MANY = 20_000;

  /** A message lists what it permits, and there may be many. */
  private static final int MOST_CHARACTERS = 2_000;

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\n]]");

  @TempDir private Path folder;

  @Test
  void argumentsAtRandom_areRefusedInOneLine() throws IOException {
    refuses(Long.getLong("tests.arguments.seed", System.nanoTime()), FEW);
  }

  @Test
  @Tag("long")
  void manyArgumentsAtRandom_areRefusedInOneLine() throws IOException {
    refuses(Long.getLong("tests.arguments.seed", System.nanoTime()), MANY);
  }

  private void refuses(long seed, int count) throws IOException {
    System.out.println("seed of wrong arguments: -Dtests.arguments.seed=" + seed);
    CommandLineCases cases = new CommandLineCases(new Random(seed), folder);
    int refused = 0;
    for (int number = 0; number < count; number++) {
      Case given = cases.next();
      refused += check(given, "seed " + seed + ", number " + number + ": " + given) ? 1 : 0;
    }
    assertTrue(refused > count / 2, "seed " + seed + ": " + refused + " of " + count);
  }

  /** Whether it was refused; otherwise it was a question for help. */
  private boolean check(Case given, String told) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(given.arguments().toArray(String[]::new));
    String said = err.toString();
    if (exitCode == 0 && given.mayAskForHelp()) {
      assertEquals("", said, told);
      return false;
    }
    assertEquals(2, exitCode, () -> told + "\n" + said + out);
    assertEquals("", out.toString(), told);
    assertFalse(CONTROL.matcher(said).find(), () -> told + "\n" + OneLine.of(said));
    // The rule, and where the help is or which commands have similar names.
    assertTrue(said.lines().count() <= 4, () -> told + "\n" + said);
    assertTrue(said.length() <= MOST_CHARACTERS, () -> told + "\n" + said);
    assertFalse(said.contains("Exception"), () -> told + "\n" + said);
    return true;
  }

  @Test
  void oneWrongValue_isNamedWithItsOption() throws IOException {
    for (Case wrong : CommandLineCases.oneWrongValueEach(folder)) {
      StringWriter err = new StringWriter();
      int exitCode =
          Main.commandLine()
              .setOut(new PrintWriter(new StringWriter()))
              .setErr(new PrintWriter(err))
              .execute(wrong.arguments().toArray(String[]::new));
      String said = err.toString().lines().findFirst().orElse("");
      assertEquals(2, exitCode, () -> wrong + ": " + said);
      for (String name : wrong.named()) {
        assertTrue(said.contains(name), () -> wrong + " does not name " + name + ": " + said);
      }
    }
  }

  /** The arguments of one command must not be read from a file that another argument names. */
  @Test
  void argumentWithAnAtSign_isNoFileOfArguments() throws IOException {
    Path arguments = CommandLineCases.fileOfArguments(folder, "--help\n");
    for (List<String> command :
        List.of(
            List.of("@" + arguments),
            List.of("compare", "@" + arguments),
            List.of("compare", "@" + folder),
            List.of("demo", "@/dev/zero"))) {
      StringWriter err = new StringWriter();
      int exitCode =
          Main.commandLine().setErr(new PrintWriter(err)).execute(command.toArray(String[]::new));
      assertEquals(2, exitCode, command::toString);
      assertTrue(err.toString().contains("@"), err::toString);
    }
  }
}
