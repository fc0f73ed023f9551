package io.tourbillon.bench.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * An HTML file that needs no network: a static page with our style, Chart.js and scripts of its
 * own, into which data is inserted as JSON. A script renders the data; whatever comes from it is
 * set as text, never as HTML.
 *
 * <p>The page has the places {@code {{style}}}, {@code {{chart}}}, {@code {{data}}}, and one for
 * each script.
 */
public final class HtmlPage {
  private static final String SOURCE_MAP = "(?m)^//# sourceMappingURL=.*$";

  private final Class<?> owner;
  private String html;

  /**
   * Reads a page.
   *
   * @param owner the class beside which the page and its scripts are on the class path
   */
  public HtmlPage(Class<?> owner, String name) {
    this.owner = owner;
    html = asset(owner, name);
  }

  /** Puts a script into its place. */
  public HtmlPage script(String place, String name) {
    html = html.replace("{{" + place + "}}", script(asset(owner, name)));
    return this;
  }

  /** Returns the page with its data. */
  public String with(Object data) {
    // Escaped so that nothing in the data can end the element in which it stands.
    String json = JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c");
    String chart = asset(HtmlPage.class, asset(HtmlPage.class, "chart-location.txt").strip());
    // Removes the reference to the source map, which a browser would look for. The data comes last,
    // so that nothing in it is replaced.
    return html.replace("{{style}}", asset(HtmlPage.class, "page.css"))
        .replace("{{chart}}", script(chart).replaceFirst(SOURCE_MAP, ""))
        .replace("{{data}}", json);
  }

  private static String script(String text) {
    return text.replace("</script", "<\\/script");
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
