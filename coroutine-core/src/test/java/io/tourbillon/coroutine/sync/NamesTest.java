package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Code can import all of this package together with the JDK's packages for concurrency. */
class NamesTest {
  private static final List<String> NEIGHBOURS =
      List.of(
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks",
          "io.tourbillon.timer");

  /** Deliberately the JDK's name, because Java engineers look for it. */
  private static final Set<String> SHARED_ON_PURPOSE = Set.of("Semaphore");

  @Test
  void names_butTheSemaphore_areThoseOfNothingElseThatIsImportedOnDemand() {
    List<JavaClass> ours =
        new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests()))
            .importPackages(Mutex.class.getPackageName()).stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(JavaClass::isTopLevelClass)
                .filter(each -> !SHARED_ON_PURPOSE.contains(each.getSimpleName()))
                .toList();
    assertFalse(ours.isEmpty());
    for (JavaClass each : ours) {
      for (String neighbour : NEIGHBOURS) {
        assertThrows(
            ClassNotFoundException.class,
            () -> Class.forName(neighbour + "." + each.getSimpleName()));
      }
    }
  }
}
