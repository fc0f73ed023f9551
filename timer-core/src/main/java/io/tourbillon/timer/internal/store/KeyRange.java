package io.tourbillon.timer.internal.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys with a prefix that come after another key, as conditions for which an index has an end.
 * Where texts are ordered by code points, keys with a prefix are less than the prefix with a
 * greater last code point.
 *
 * @param condition on {@code timer_key}
 * @param parameters of the condition
 */
record KeyRange(String condition, List<String> parameters) {
  /**
   * @param bounded whether the database orders texts by their code points
   */
  static KeyRange of(String prefix, String afterKey, boolean bounded) {
    StringBuilder condition = new StringBuilder("substr(timer_key, 1, length(?)) = ?");
    List<String> parameters = new ArrayList<>(List.of(prefix, prefix));
    // Some databases use one lower limit only, which must be the greater one.
    if (!afterKey.startsWith(prefix)) {
      condition.append(" AND timer_key >= ?");
      parameters.add(prefix);
    }
    if (!afterKey.isEmpty()) {
      condition.append(" AND timer_key > ?");
      parameters.add(afterKey);
    }
    String end = bounded ? endOf(prefix) : null;
    if (end != null) {
      condition.append(" AND timer_key < ?");
      parameters.add(end);
    }
    return new KeyRange(condition.toString(), parameters);
  }

  /** Returns the least text that is greater than all with a prefix; null if there is none. */
  static @Nullable String endOf(String prefix) {
    int length = prefix.length();
    while (length > 0) {
      int last = prefix.codePointBefore(length);
      length -= Character.charCount(last);
      if (last < Character.MAX_CODE_POINT) {
        // Texts have no single surrogates.
        int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
        return prefix.substring(0, length) + Character.toString(next);
      }
    }
    return null;
  }
}
