package io.tourbillon.bench.compare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pages as a headless Chromium renders them, one after the other. Tests with the tag {@code
 * programs} need it; where it is absent they fail. Driver and browser are named, so that Selenium
 * does not look for them.
 */
public final class RenderedPage implements AutoCloseable {
  private final Path folder;
  private final ChromeDriver driver;

  /**
   * Starts a browser.
   *
   * @param folder for its files
   */
  public RenderedPage(Path folder) {
    this.folder = folder;
    ChromeOptions options = new ChromeOptions();
    options.setBinary(find("chromium", "google-chrome"));
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--window-size=1280,1800",
        "--user-data-dir=" + folder.resolve("profile"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(find("chromedriver"))
            .usingAnyFreePort()
            .build();
    driver = new ChromeDriver(service, options);
  }

  private static File find(String... names) {
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                    .map(entry -> Path.of(entry, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("there must be a " + names[0] + " on the PATH"))
        .toFile();
  }

  void open(Outcome... outcomes) throws Exception {
    open(Page.render(SampleResults.of(outcomes)));
  }

  /** Opens a page. */
  public void open(String html) throws IOException {
    Path file = folder.resolve("page.html");
    Files.writeString(file, html);
    driver.get(file.toUri().toString());
  }

  /** The value of an expression in the page's language, such as one of {@code Chart.getChart}. */
  public JsonNode evaluate(String expression) {
    String json = (String) driver.executeScript("return JSON.stringify(" + expression + ")");
    return JsonMapper.shared().readTree(json);
  }

  /** Without the contents of scripts. */
  public String markup() {
    return evaluate("document.documentElement.outerHTML")
        .stringValue()
        .replaceAll("(?s)(<script[^>]*>).*?</script>", "$1");
  }

  /** Rows of tables as readers see them, without the swatch and the tags. */
  public List<String> rows() {
    return Pattern.compile("<tr[ >].*?</tr>", Pattern.DOTALL)
        .matcher(markup())
        .results()
        .map(MatchResult::group)
        .map(row -> row.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").strip())
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
