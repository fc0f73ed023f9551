package io.tourbillon.bench.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Files on the class path of which a page is made. */
final class Asset {
  private static final String SOURCE_MAP = "(?m)^//# sourceMappingURL=.*$";

  private Asset() {}

  /** A file that stands beside this class, or anywhere if its name begins with a slash. */
  static String text(String name) {
    try (InputStream file =
        Objects.requireNonNull(
            Asset.class.getResourceAsStream(name), name + " must be on the class path")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A script that can stand in a page: without what would end it there. */
  static String script(String name) {
    return text(name).replace("</script", "<\\/script");
  }

  /** Chart.js without the address of its source map, which a browser might go and look for. */
  static String chart() {
    return script(text("chart-location.txt").strip()).replaceFirst(SOURCE_MAP, "");
  }
}
