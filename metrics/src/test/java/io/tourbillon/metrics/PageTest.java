package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser. */
@Tag("programs")
@Timeout(180)
class PageTest {
  private static final String STATUS = "document.getElementById('status')";

  @TempDir private Path profile;
  private final Everything everything = new Everything();
  private MetricsServer server = serve(0);
  private Browser browser;

  private MetricsServer serve(int port) {
    return MetricsServer.builder()
        .timers(everything.timers)
        .scheduler(everything.scheduler)
        .durable(everything.durable)
        .port(port)
        .build();
  }

  @BeforeEach
  void open() {
    browser = new Browser(profile);
    browser.open(server.uri());
    browser.await(STATUS + ".textContent === 'live'");
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.close();
    }
    server.close();
    everything.close();
  }

  private List<?> cells(String table) {
    return browser.texts(table + " tbody td");
  }

  @Test
  void page_live_showsTimersAndCoroutines() {
    browser.await("document.querySelectorAll('#slowest tbody tr').length > 0");
    String timers = browser.element("#timer-figures").getText();
    assertTrue(timers.matches("(?s)pending\n(999|1,00\\d)\n.*"), timers);
    assertTrue(
        cells("#slowest").contains(Everything.NamedTask.class.getName()),
        cells("#slowest")::toString);
    assertEquals("wheel lag", cells("#split").getFirst());
    assertEquals(15, cells("#split").size());
    String coroutines = browser.element("#coroutine-figures").getText();
    assertTrue(coroutines.contains("suspended\n"), coroutines);
    assertEquals(2, browser.count("#loops tbody tr"));
  }

  @Test
  void page_live_showsDurableTimers() {
    browser.await("!document.getElementById('durable-unknown').hidden");
    String durable = browser.element("#durable-figures").getText();
    assertTrue(durable.matches("(?s)loaded\n5\\d\n.*"), durable);
    assertTrue(durable.contains("shards owned\n1 of 1\n"), durable);
    assertTrue(durable.matches("(?s).*age of the lease \\(10 s\\)\n.*s"), durable);
    assertEquals(
        "There are timers of handlers that this process does not have: " + Everything.HOSTILE,
        browser.element("#durable-unknown").getText());
  }

  @Test
  void plots_live_areDrawnAndGrow() {
    for (String plot :
        List.of(
            "throughput",
            "lateness",
            "utilisation",
            "lag",
            "durable-throughput",
            "durable-lateness",
            "durable-commit")) {
      browser.await("Chart.getChart('" + plot + "').data.labels.length >= 3");
      browser.await(
          "Chart.getChart('%s').data.datasets.some(line => line.data.some(value => value > 0))"
              .formatted(plot));
    }
    Object height = browser.run("return document.getElementById('throughput').clientHeight");
    assertTrue(((Number) height).intValue() > 100, height::toString);
    assertTrue(
        (Boolean)
            browser.run(
                "const c = document.getElementById('levels');"
                    + "return c.getContext('2d').getImageData(0, 0, c.width, c.height)"
                    + ".data.some(value => value !== 0)"));
  }

  @Test
  void names_thatAreMarkup_areShownAsTheyAre() {
    String name = cells("#loops").getFirst().toString();
    assertTrue(name.startsWith(Everything.HOSTILE), name);
    browser.element("[data-dump=coroutines]").click();
    browser.await("!document.getElementById('dump-coroutines').hidden");
    String dump = browser.element("#dump-coroutines").getText();
    assertTrue(dump.startsWith("20 coroutines\n" + Everything.HOSTILE), dump);
    assertTrue(dump.contains(" s on a delay; "), dump);
    assertEquals("Tourbillon", browser.run("return document.title"));
    assertEquals(2, browser.count("script"));
    assertEquals(0, browser.count("img"));
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void dump_ofTimers_isShownOnRequest() {
    assertFalse(browser.element("#dump-timers").isDisplayed());
    browser.element("[data-dump=timers]").click();
    browser.await("!document.getElementById('dump-timers').hidden");
    String dump = browser.element("#dump-timers").getText();
    assertTrue(dump.contains("timers pending\n"), dump);
  }

  @Test
  void page_any_loadsFromItsServerAlone() {
    assertEquals(
        List.of(server.uri().toString()),
        browser.run(
            "return [...new Set(performance.getEntriesByType('resource')"
                + ".map(entry => new URL('/', entry.name).href))]"));
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void scripts_putIntoThePage_doNotRun() {
    browser.run(
        "const script = document.createElement('script');"
            + "script.textContent = \"document.title = 'broken'\";"
            + "document.body.append(script)");
    assertEquals("Tourbillon", browser.run("return document.title"));
    assertTrue(browser.complaints().getFirst().contains("Content Security Policy"));
  }

  @Test
  void server_gone_isSaidUntilItIsBack() {
    int port = server.port();
    server.close();
    browser.await(STATUS + ".textContent.startsWith('the server does not answer since')");
    assertEquals("stale", browser.run("return document.documentElement.className"));
    server = serve(port);
    browser.await(STATUS + ".textContent === 'live'");
    assertEquals("", browser.run("return document.documentElement.className"));
  }

  @Test
  void colours_followTheReadersChoice() {
    String background = "return getComputedStyle(document.body).backgroundColor";
    browser.preferColours("light");
    Object light = browser.run(background);
    browser.preferColours("dark");
    assertNotEquals(light, browser.run(background));
  }
}
