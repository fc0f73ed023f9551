package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FamilyTest {
  /** A family without a colour would have the grey of the plots, as others without one. */
  @ParameterizedTest
  @EnumSource
  void family_hasAColourOnLightAndOnDarkPaper(Family family) throws Exception {
    try (InputStream style =
        Family.class.getResourceAsStream("/io/tourbillon/bench/console/page.css")) {
      assertNotNull(style);
      String rules = new String(style.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(2, rules.split("--" + family.color() + ": #", -1).length - 1);
    }
  }
}
