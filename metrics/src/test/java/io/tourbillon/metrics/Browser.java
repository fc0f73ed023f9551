package io.tourbillon.metrics;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium. The paths of driver and browser are set, so that Selenium does not search
 * for them.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChromeDriver driver;

  Browser(Path profile) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(Programs.find("chromium", "chromium", "google-chrome").toFile());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--window-size=1280,1800",
        "--user-data-dir=" + profile);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(Programs.find("chromium-driver", "chromedriver").toFile())
            .usingAnyFreePort()
            .build();
    driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
  }

  void open(Object address) {
    driver.get(address.toString());
  }

  WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  int count(String selector) {
    return driver.findElements(By.cssSelector(selector)).size();
  }

  /**
   * Returns the texts of elements. Reads all of them at once, because the page replaces its
   * elements every second.
   */
  List<?> texts(String selector) {
    return (List<?>)
        run(
            "return [...document.querySelectorAll('%s')].map(e => e.innerText)"
                .formatted(selector));
  }

  Object run(String script) {
    return ((JavascriptExecutor) driver).executeScript(script);
  }

  /** Waits until a JavaScript expression is true. */
  void await(String expression) {
    Object outcome;
    try {
      outcome =
          driver.executeAsyncScript(
              "const done = arguments[0];"
                  + "const look = () => { if ("
                  + expression
                  + ") done(true); else setTimeout(look, 50); }; look();");
    } catch (ScriptTimeoutException e) {
      throw new AssertionError(
          "not in time: " + expression + "; the page: " + element("body").getText(), e);
    }
    if (!Boolean.TRUE.equals(outcome)) {
      throw new AssertionError(expression + ": " + outcome);
    }
  }

  void preferColours(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Returns the warnings and errors that the browser has logged for the page. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::toString)
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
