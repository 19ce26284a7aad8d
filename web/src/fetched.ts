// Another look at a page of ours as the server renders it now. A document request runs no script and hands us no markup.

const DEADLINE_MS = 8000;

/** Fetch a page; rejects unless it came whole. */
export function fetchPage(address: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = DEADLINE_MS;
    request.onerror = request.ontimeout = () => reject(new Error("the server does not answer"));
    request.onload = () => {
      const page = request.responseXML;
      if (request.status !== 200 || page === null) reject(new Error(String(request.status)));
      else resolve(page);
    };
    request.send();
  });
}
