package io.tourbillon.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line of the soak, with rounds in processes of their own. */
class SoakCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(SoakCommand command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private int run(String... arguments) {
    return run(new SoakCommand(), arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --fault=nonsense  | --fault must be one of [throwing, blocking,
          --load=nonsense   | --load must be one of [timers-10m,
          --duration=0s     | --duration must be at least 1s: 0s
          --duration=8d     | a duration must be written as 30s, 10m or 2h: 8d
          --duration=200h   | --duration must be at most 168h: 200h
          --round=2s        | --round must be at least 3s: 2s
          --round=11m       | --round must be at most 10m: 11m
          --rounds=0        | --rounds must be at least 1: 0
          --heap=32m        | --heap must be at least 64m: 32m
          --seed=-1         | --seed must be from 0 to 9007199254740991: -1
          """)
  void argument_thatIsWrong_isRefusedWithRuleAndValue(String argument, String message) {
    assertEquals(2, run(argument, "--output=" + folder.resolve("new")));
    assertTrue(err.toString().contains(message), err::toString);
    assertFalse(Files.exists(folder.resolve("new")), "nothing was made");
  }

  @Test
  void output_withResultsOfBefore_isRefused() throws Exception {
    Files.createFile(folder.resolve("results.json"));
    assertEquals(2, run("--output=" + folder));
    assertTrue(
        err.toString().contains("--output must be a folder without results: "), err::toString);
  }

  @Test
  void list_namesEachFaultAndLoadWithALine() {
    assertEquals(0, run("--list"));
    for (Fault fault : Fault.values()) {
      assertTrue(out.toString().contains("  " + fault.id() + " "), out::toString);
      assertTrue(out.toString().contains(fault.description()), out::toString);
    }
    for (Load load : Load.values()) {
      assertTrue(out.toString().contains(load.description()), out::toString);
    }
  }

  /** And the round is the one of that seed. */
  @Test
  @Timeout(170)
  void soak_ofOneRound_writesResultsAndAPage() throws Exception {
    assertEquals(
        0,
        run("--fault=refusing", "--rounds=1", "--round=3s", "--seed=7", "--output=" + folder),
        () -> out.toString() + err);
    assertTrue(out.toString().contains("refusing         seed 7 "), out::toString);
    JsonNode results =
        JsonMapper.shared().readTree(Files.readString(folder.resolve("results.json")));
    JsonNode round = results.get("rounds").get(0);
    assertEquals(7, round.get("seed").longValue());
    assertTrue(round.get("figures").get("tasks that the executor refused").longValue() > 0);
    String page = Files.readString(folder.resolve("page.html"));
    assertTrue(page.contains("\"name\":\"refusing\""), "the page has the round");
    assertFalse(page.contains("{{"), "each place of the page is filled");
  }

  @Test
  @Timeout(170)
  void soak_ofAServiceThatForgetsTimers_exits1AndNamesTheSeed() throws Exception {
    assertEquals(
        1,
        run(
            new SoakCommand(BrokenRounds.class),
            "--fault=refusing",
            "--rounds=1",
            "--round=3s",
            "--seed=8",
            "--output=" + folder),
        () -> out.toString() + err);
    assertTrue(out.toString().contains("refusing         seed 8 "), out::toString);
    assertTrue(out.toString().contains("BROKEN"), out::toString);
    assertTrue(out.toString().contains("no timer is lost: "), out::toString);
  }

  /** Each fault once, for as short a time as there is. */
  @Test
  @Tag("long")
  @Timeout(600)
  void soak_ofEachFault_keepsEveryPromise() {
    int rounds = Fault.values().length;
    assertEquals(
        0,
        run("--rounds=" + rounds, "--round=4s", "--output=" + folder),
        () -> out.toString() + err);
    assertEquals(rounds, out.toString().lines().filter(line -> line.contains(" kept")).count());
  }
}
