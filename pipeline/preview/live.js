(() => {
  "use strict";
  let seen = "";
  const look = async () => {
    try {
      const now = await (await fetch("/version", { cache: "no-store" })).text();
      if (seen && now !== seen) { location.reload(); return; }
      seen = now;
    } catch { /* the server is being started again */ }
    setTimeout(look, 700);
  };
  look();
})();
