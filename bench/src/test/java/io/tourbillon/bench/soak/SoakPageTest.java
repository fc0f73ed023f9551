package io.tourbillon.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.RenderedPage;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.soak.round.Lateness;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Window;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of a report sees, in a browser. */
@Tag("programs")
class SoakPageTest {
  private static final long MILLI = 1_000_000;

  @TempDir private static Path folder;
  private static RenderedPage browser;

  @BeforeAll
  static void start() {
    browser = new RenderedPage(folder);
  }

  @AfterAll
  static void stop() {
    browser.close();
  }

  private static Window window(long atMillis) {
    Lateness late = new Lateness(9, MILLI, 2 * MILLI, 3 * MILLI);
    return new Window(atMillis, late, late, late, 1 << 20, 9);
  }

  private static RoundResult round(String name, long faultToMillis, String... breaches) {
    return new RoundResult(
        name,
        7,
        "HANDOFF",
        "-XX:+UseG1GC",
        faultToMillis / 2,
        faultToMillis,
        List.of(breaches),
        Map.of("timers", 12_345L),
        List.of(),
        window(1000),
        window(3000),
        List.of(window(1000), window(2000), window(3000)));
  }

  private static String open(RoundResult... rounds) throws Exception {
    Machine machine = new Machine("A processor", 2, 1L << 34, "A system", "A JDK", 0.13);
    browser.open(
        SoakPage.render(
            new SoakResults(
                SoakResults.FORMAT,
                Instant.EPOCH,
                61,
                "soak",
                "abc",
                machine,
                7,
                true,
                Map.of(),
                List.of(rounds))));
    return browser.markup();
  }

  @Test
  void breach_isAtTheTopAndInTheNavigationAndInItsSection() throws Exception {
    String page = open(round("refusing", 2000, "never early: <b>3</b>"), round("closing", 2000));
    assertTrue(page.contains("<strong class=\"failure\">BROKEN in 1 of 2 rounds"), page);
    assertTrue(
        page.contains(
            "<strong>Broken: </strong><a href=\"#refusing\">refusing, seed 7</a>"
                + ": never early: &lt;b&gt;3&lt;/b&gt;"),
        page);
    assertTrue(page.contains(">refusing: broken</a>"), page);
    assertTrue(page.contains(">closing</a>"), page);
    assertTrue(browser.rows().contains("refusing 1 1 12,345 0 2 ms 2 ms 2 ms"), page);
  }

  @Test
  void promises_thatWereKept_areSaidToBe() throws Exception {
    String page = open(round("closing", 2000));
    assertTrue(page.contains("<strong class=\"kept\">kept in every round, of 1"), page);
    assertFalse(page.contains("class=\"warning\"><strong>"), page);
  }

  @Test
  void plots_haveTheirUnitsOnTheirAxes() throws Exception {
    String _ = open(round("closing", 2000));
    assertEquals(
        "[\"seconds\",\"late, ms\",\"seconds\",\"MiB\",\"threads\"]",
        browser
            .evaluate(
                "[...document.querySelectorAll('canvas')].map(c => Chart.getChart(c))"
                    + ".flatMap(c => Object.values(c.options.scales).map(s => s.title.text))")
            .toString());
  }

  @Test
  void load_withoutFaults_hasNoTableOfFaults() throws Exception {
    String page = open(round("overload", 0));
    assertFalse(page.contains("id=\"summary\""), page);
    assertTrue(page.contains("<figcaption>Lateness over time</figcaption>"), page);
  }
}
