package io.tourbillon.bench;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the calls in compiled classes that look something up by its name. */
final class LookupCalls {
  /** The methods that find a member, a class or a file by its name. */
  private static final Map<String, List<String>> LOOKUPS =
      Map.of(
          "java.lang.Class",
          List.of(
              "forName",
              "getConstructor",
              "getConstructors",
              "getDeclaredConstructor",
              "getDeclaredConstructors",
              "getDeclaredField",
              "getDeclaredFields",
              "getDeclaredMethod",
              "getDeclaredMethods",
              "getField",
              "getFields",
              "getMethod",
              "getMethods",
              "getResource",
              "getResourceAsStream"),
          "java.lang.ClassLoader",
          List.of("getResource", "getResourceAsStream", "getResources", "loadClass"),
          "java.lang.Module",
          List.of("getResourceAsStream"),
          "java.lang.invoke.MethodHandles$Lookup",
          List.of(
              "findClass",
              "findConstructor",
              "findGetter",
              "findSetter",
              "findSpecial",
              "findStatic",
              "findStaticGetter",
              "findStaticSetter",
              "findStaticVarHandle",
              "findVarHandle",
              "findVirtual",
              "unreflect",
              "unreflectConstructor",
              "unreflectGetter",
              "unreflectSetter",
              "unreflectSpecial",
              "unreflectVarHandle"),
          "java.lang.reflect.Proxy",
          List.of("newProxyInstance"),
          "java.util.ResourceBundle",
          List.of("getBundle"),
          "java.util.ServiceLoader",
          List.of("load", "loadInstalled"));

  private LookupCalls() {}

  /** Returns how many calls of lookups each class of a folder has. */
  static Map<String, Integer> of(Path classes) throws IOException {
    Map<String, Integer> calls = new TreeMap<>();
    if (!Files.exists(classes)) {
      return calls;
    }
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(file);
        int number = lookupCalls(model);
        if (number > 0) {
          calls.put(model.thisClass().asInternalName().replace('/', '.'), number);
        }
      }
    }
    return calls;
  }

  private static int lookupCalls(ClassModel model) {
    int number = 0;
    for (MethodModel method : model.methods()) {
      if (method.code().isPresent()) {
        for (CodeElement element : method.code().get()) {
          if (element instanceof InvokeInstruction call && isLookup(call)) {
            number++;
          }
        }
      }
    }
    return number;
  }

  private static boolean isLookup(InvokeInstruction call) {
    String owner = call.owner().asInternalName().replace('/', '.');
    return LOOKUPS.getOrDefault(owner, List.of()).contains(call.name().stringValue());
  }
}
