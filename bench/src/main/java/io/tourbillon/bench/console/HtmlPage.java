package io.tourbillon.bench.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * An HTML file that needs no network: our frame and style, Chart.js, sections and scripts of its
 * own, into which data is inserted as JSON. The scripts render the data; whatever comes from it is
 * set as text, never as HTML.
 *
 * <p>frame.html has places such as {@code {{title}}}; frame.js has what the scripts of all pages
 * use.
 */
public final class HtmlPage {
  private static final String SOURCE_MAP = "(?m)^//# sourceMappingURL=.*$";

  private final Class<?> owner;
  private final String html;
  private final StringBuilder scripts = new StringBuilder();

  /**
   * Makes a page.
   *
   * @param owner the class beside which its sections and scripts are on the class path
   * @param title without markup
   * @param lead a line below it, likewise
   * @param sections the file with what the page always has below its facts
   */
  public HtmlPage(Class<?> owner, String title, String lead, String sections) {
    this.owner = owner;
    html =
        asset(HtmlPage.class, "frame.html")
            .replace("{{style}}", asset(HtmlPage.class, "page.css"))
            .replace("{{title}}", title)
            .replace("{{lead}}", lead)
            .replace("{{sections}}", asset(owner, sections));
    String chart = asset(HtmlPage.class, asset(HtmlPage.class, "chart-location.txt").strip());
    // Without the reference to the source map, which a browser would look for.
    add(chart.replaceFirst(SOURCE_MAP, ""));
    add(asset(HtmlPage.class, "frame.js"));
  }

  /** Adds a script, which runs after those before. */
  public HtmlPage script(String name) {
    add(asset(owner, name));
    return this;
  }

  private void add(String script) {
    scripts
        .append("<script>")
        .append(script.replace("</script", "<\\/script"))
        .append("</script>\n");
  }

  /** Returns the page with its data. */
  public String with(Object data) {
    // Escaped so that nothing in the data can end the element in which it stands.
    String json = JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c");
    // The data comes last, so that nothing in it is replaced.
    return html.replace("{{scripts}}", scripts).replace("{{data}}", json);
  }

  private static String asset(Class<?> owner, String name) {
    try (InputStream file =
        Objects.requireNonNull(
            owner.getResourceAsStream(name), name + " must be on the class path")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
