package io.tourbillon.bench.compare;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** Changes JSON in ways that no mapper would. */
final class Json {
  private Json() {}

  /**
   * The same with another value in a place.
   *
   * @param place as in {@code outcomes[3].job.size}
   * @param value as it is to stand there, be it JSON or not
   */
  static String replaced(String text, String place, String value) {
    JsonNode root = JsonMapper.shared().readTree(text);
    String[] steps = place.replace("[", ".[").split("\\.", -1);
    JsonNode parent = root;
    for (int step = 0; step < steps.length - 1; step++) {
      parent = isIndex(steps[step]) ? parent.get(index(steps[step])) : parent.get(steps[step]);
    }
    String last = steps[steps.length - 1];
    if (isIndex(last)) {
      ((ArrayNode) parent).setRawValue(index(last), new RawValue(value));
    } else {
      ((ObjectNode) parent).putRawValue(last, new RawValue(value));
    }
    return JsonMapper.shared().writeValueAsString(root);
  }

  private static boolean isIndex(String step) {
    return step.startsWith("[");
  }

  private static int index(String step) {
    return Integer.parseInt(step.substring(1, step.length() - 1));
  }
}
